"""The pages of a night: those whose inputs changed are rendered, the others carried over from the version before."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flows.house.house import PAGE_LIST
from flows.house.house import digest as file_digest
from flows.warehouse.warehouse import SQL, Warehouse, examples, filled, literal, text
from models.declared.study import Study
from reports.pages.site import (
    DICTIONARY_QUERIES,
    INDEX_QUERIES,
    QUALITY_QUERIES,
    RESPONSE_QUERIES,
    RUN_QUERIES,
    STUDY_QUERIES,
    Result,
    dictionary_page,
    digest,
    index_page,
    quality_page,
    run_page,
    shared_assets,
    study_pages,
)

# What a run page takes from its study.
OF_STUDY = ("study_treatments",)
FOLDERS_AT_ONCE = 200  # whose rows are asked for together

Results = Mapping[str, Result]
Files = Mapping[str, bytes]


class Site:
    """A site in the making, beside the one before it."""

    def __init__(self, target: Path, before: Path | None, is_anew: bool = False) -> None:
        self.target, self.before = target, before
        # Group -> the digest of what it was made from, and of each of its files.
        self.groups: dict[str, dict[str, Any]] = {}
        self.groups_before: dict[str, dict[str, Any]] = {}
        self.rendered: list[str] = []
        groups = {}
        if before and (before / PAGE_LIST).exists():
            groups = json.loads((before / PAGE_LIST).read_text())
        # Sites of before the digests list the files of a group without.
        self.digests_before: dict[str, str | None] = {
            path: each["files"][path] if isinstance(each["files"], dict) else None
            for each in groups.values()
            for path in each["files"]
        }
        if not is_anew:
            self.groups_before = groups

    def previous(self, path: str) -> bytes | None:
        """A file of the site before, if nobody edited it."""
        if self.before is None or not (self.before / path).is_file():
            return None
        content = (self.before / path).read_bytes()
        expected = self.digests_before.get(path)
        return content if expected in (None, hashlib.sha256(content).hexdigest()) else None

    def add(self, group: str, made_from: str, render: Callable[[], Files]) -> None:
        """Render a group of pages, or carry it over when it was made from the same inputs."""
        if self.groups_before.get(group, {}).get("digest") == made_from and self.is_whole(group):
            self.carry_over(group)
            return
        files = render()
        for path, content in files.items():
            place = self.target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
        self.groups[group] = {"digest": made_from, "files": digests}
        self.rendered += [path for path in files if path.endswith(".html")]

    def is_whole(self, group: str) -> bool:
        """Whether the site before has every file of a group."""
        if self.before is None or group not in self.groups_before:
            return False
        return all(os.path.isfile(f"{self.before}/{path}") for path in self.groups_before[group]["files"])  # noqa: PTH113

    def carry_over(self, group: str) -> None:
        """Link the files of a group into this site; they are read-only, so both versions can share them."""
        assert self.before
        before = self.groups_before[group]
        digests = {}
        for path in before["files"]:
            place = self.target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(self.before / path, place)
            digests[path] = self.digests_before[path] or file_digest(place)
        self.groups[group] = {"digest": before["digest"], "files": digests}

    def close(self) -> None:
        place = self.target / PAGE_LIST
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(self.groups, indent=0, sort_keys=True))


def render_site(
    warehouse: Warehouse,
    target: Path,
    before: Path | None,
    studies: Iterable[Study],
    affected: Iterable[str],
    is_anew: bool = False,
) -> list[str]:
    """Write the site of a warehouse below `target`; gives the pages that were rendered.

    Only the pages of `affected` studies are looked at; those of the others are carried over from `before`, unless
    one is missing there. With `is_anew` every page is rendered.
    """
    site = Site(target, before, is_anew)
    touched = set(affected)
    for study in studies:
        groups = [
            group
            for group in site.groups_before
            if group == f"study {study.name}" or group.startswith(f"run {study.name} ")
        ]
        if study.name in touched or not groups or not all(site.is_whole(group) for group in groups):
            add_study(site, warehouse, study)
        else:
            for group in groups:
                site.carry_over(group)
    for name, queries, render in (
        ("index", INDEX_QUERIES, index_page),
        ("quality", QUALITY_QUERIES, quality_page),
    ):
        results = answers(warehouse, queries)
        site.add(name, digest(results), partial(render, results))
    add_dictionary(site, warehouse)
    site.add("assets", digest({}), shared_assets)
    site.close()
    return site.rendered


def add_study(site: Site, warehouse: Warehouse, study: Study) -> None:
    results = answers(warehouse, STUDY_QUERIES, study=study.name)
    responses = {
        response: answers(warehouse, RESPONSE_QUERIES, study=study.name, response=response)
        for response in study.responses
    }
    site.add(
        f"study {study.name}",
        digest(results, *responses.values()),
        lambda: study_pages(results, responses, site.previous),
    )
    add_runs(site, warehouse, study.name, results)


def add_runs(site: Site, warehouse: Warehouse, study: str, results: Results) -> None:
    of_study = {name: results[name] for name in OF_STUDY}
    told = digest(of_study)
    folders = results["study_runs"].frame["folder"].sort().to_list()
    for start in range(0, len(folders), FOLDERS_AT_ONCE):
        for folder, of_run in answers_by_folder(warehouse, study, folders[start : start + FOLDERS_AT_ONCE]):
            site.add(
                f"run {study} {folder}", told + digest(of_run), partial(run_page, of_study, of_run, folder)
            )


def add_dictionary(site: Site, warehouse: Warehouse) -> None:
    results = answers(warehouse, DICTIONARY_QUERIES)
    sources = {
        name: text(name)
        for name in sorted(str(path.relative_to(SQL).with_suffix("")) for path in SQL.rglob("*.sql"))
    }
    asked = dict(examples())
    told = hashlib.sha256(json.dumps([sources, asked]).encode()).hexdigest()
    site.add(
        "dictionary",
        digest(results) + told,
        lambda: dictionary_page(results, sources, asked, site.previous),
    )


def answers_by_folder(
    warehouse: Warehouse, study: str, folders: list[str]
) -> Iterator[tuple[str, dict[str, Result]]]:
    """The results of RUN_QUERIES, asked once for all of these folders, then those of each."""
    parts = {}
    for name in RUN_QUERIES:
        query = f"pages/{name}"
        values = {"study": study, "folders": folders}
        frame = warehouse.frame(query, **{key: values[key] for key in values if f"${key}" in text(query)})
        statement = filled(query, {"study": study})
        parts[name] = (statement, frame.clear(), frame.partition_by("folder", as_dict=True))
    for folder in folders:
        one = f"({literal(folder)})"
        yield (
            folder,
            {
                name: Result(mine.get((folder,), none), statement.replace("$folders", one))
                for name, (statement, none, mine) in parts.items()
            },
        )


def answers(warehouse: Warehouse, names: Iterable[str], **values: str) -> Results:
    """The results of page queries, each given those of the values that it names."""
    found = {}
    for name in names:
        query = f"pages/{name}"
        given = {key: value for key, value in values.items() if f"${key}" in text(query)}
        found[name] = Result(warehouse.frame(query, **given), filled(query, given))
    return found
