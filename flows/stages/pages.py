"""The pages of a night: those whose inputs changed are rendered, the others carried over from the version before."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from flows.cluster.cluster import carry_out_on
from flows.house.manifest import digest as file_digest
from flows.house.published_pages import PAGE_LIST
from flows.messages import PAGES
from flows.stages.answers import answers, answers_of_each
from flows.stages.plan import folder_counts, parted_by_size
from flows.stages.run_pages import add_runs
from flows.warehouse.warehouse import ANSWERED_MIB, SQL, Warehouse, examples, open_published, text
from models.declared.study import Study
from reports.pages.site import (
    CURVES_QUERIES,
    DICTIONARY_QUERIES,
    INDEX_QUERIES,
    QUALITY_QUERIES,
    QUANTILE_QUERIES,
    RESPONSE_QUERIES,
    SEARCH_QUERIES,
    STUDY_QUERIES,
    TONIGHT_QUERIES,
    VEGA,
    WIDE_QUERIES,
    curves_page,
    dictionary_page,
    digest,
    index_page,
    manual_made_from,
    manual_pages,
    quality_page,
    search_page,
    shared_assets,
    study_pages,
    tonight_page,
    vega_bundle,
)
from reports.tables.tables import Result

# What the page of curves takes from it.
OF_CURVES = ("study", "study_levels", "study_treatments")
# Whose rows are asked for together: most queries cost for twenty studies little more than for one, but all that they
# give is in memory. Curves are most of that: of them fewer.
STUDIES_AT_ONCE, FOLDERS_AT_ONCE = 20, 2000
CURVED_STUDIES_AT_ONCE, CURVED_FOLDERS_AT_ONCE = 5, 500

Files = Mapping[str, bytes]


class Site:
    """A site in the making, beside the one before it."""

    def __init__(self, target: Path, before: Path | None, is_anew: bool = False) -> None:
        self.target, self.before = target, before
        # Group -> the digest of what it was made from, and of each of its files.
        self.groups: dict[str, dict[str, Any]] = {}
        self.groups_before: dict[str, dict[str, Any]] = {}
        self.rendered: list[str] = []
        self.folders: set[str] = set()
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
        self.groups_of_study: dict[str, list[str]] = {}
        for group in self.groups_before:
            kind, _, rest = group.partition(" ")
            if kind in ("study", "curves", "runs"):
                self.groups_of_study.setdefault(rest.partition(" ")[0], []).append(group)
        # Sites of before runs had one page a study have one a folder: nothing of such a study is linked unlooked at.
        for group in self.groups_before:
            if group.startswith("run "):
                self.groups_of_study.pop(group.split(" ")[1], None)

    def add(self, group: str, made_from: str, render: Callable[[], Files]) -> None:
        """Render a group of pages, or carry it over when it was made from the same inputs."""
        if self.is_kept(group, made_from):
            self.carry_over(group)
            return
        files = render()
        for path, content in files.items():
            Path(self.place(path)).write_bytes(content)
        digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
        self.groups[group] = {"digest": made_from, "files": digests}
        self.rendered += [path for path in files if path.endswith(".html")]

    def is_kept(self, group: str, made_from: str) -> bool:
        """Whether the site before has a group as it would be made from the same inputs."""
        return self.groups_before.get(group, {}).get("digest") == made_from and self.is_whole(group)

    def is_whole(self, group: str) -> bool:
        """Whether the site before has every file of a group."""
        if self.before is None or group not in self.groups_before:
            return False
        return all(os.path.isfile(f"{self.before}/{path}") for path in self.groups_before[group]["files"])  # noqa: PTH113

    def carry_over(self, group: str) -> None:
        """Link the files of a group into this site; they are read-only, so both versions can share them."""
        before = self.groups_before[group]
        digests = {}
        for path in before["files"]:
            place = self.place(path)
            os.link(f"{self.before}/{path}", place)
            digests[path] = self.digests_before[path] or file_digest(Path(place))
        self.groups[group] = {"digest": before["digest"], "files": digests}

    def place(self, path: str) -> str:
        """Where a file of the site goes; its folder is there. As text, since there are thousands."""
        folder = path.rpartition("/")[0]
        if folder not in self.folders:
            (self.target / folder).mkdir(parents=True, exist_ok=True)
            self.folders.add(folder)
        return f"{self.target}/{path}"

    def part_of(self, studies: Iterable[Study]) -> "Site":
        """A site of these studies alone, to be made elsewhere beside the same site before."""
        part = Site(self.target, None)
        part.before = self.before
        part.groups_of_study = {study.name: self.groups_of_study.get(study.name, []) for study in studies}
        for groups in part.groups_of_study.values():
            for group in groups:
                part.groups_before[group] = self.groups_before[group]
                for path in self.groups_before[group]["files"]:
                    part.digests_before[path] = self.digests_before[path]
        return part

    def take(self, part: "Site") -> None:
        """Move the files of a part here."""
        for group in part.groups.values():
            for path in group["files"]:
                os.rename(f"{part.target}/{path}", self.place(path))  # noqa: PTH104
        self.groups |= part.groups
        self.rendered += part.rendered

    def close(self) -> None:
        place = self.target / PAGE_LIST
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(self.groups, sort_keys=True))


def render_site(
    warehouse: Warehouse,
    target: Path,
    before: Path | None,
    studies: Iterable[Study],
    affected: Iterable[str],
    is_anew: bool = False,
    say: Callable[[str], None] = lambda _: None,
    draw_all: Callable[[Site, Sequence[Sequence[Study]]], None] | None = None,
) -> list[str]:
    """Write the site of a warehouse below `target`; gives the pages that were rendered.

    Only the pages of `affected` studies are looked at; those of the others are carried over from `before`, unless
    one is missing there. With `is_anew` every page is rendered. Those of many studies are drawn by `draw_all`.
    """
    site = Site(target, before, is_anew)
    touched = set(affected)
    looked_at = []
    for study in studies:
        groups = site.groups_of_study.get(study.name, [])
        if study.name in touched or not groups or not all(site.is_whole(group) for group in groups):
            looked_at.append(study)
        else:
            for group in groups:
                site.carry_over(group)
    parts = list(parted_by_size(looked_at, folder_counts(warehouse), STUDIES_AT_ONCE, FOLDERS_AT_ONCE))
    if draw_all and len(parts) > 1:
        draw_all(site, parts)
        parts = []
    done = 0
    for part in parts:
        add_studies(site, warehouse, part)
        start, done = done, done + len(part)
        # A line for each tenth, so that a log of many studies stays short.
        if done < len(looked_at) and 10 * done // len(looked_at) > 10 * start // len(looked_at):
            say(f"{PAGES}{done:,} of {len(looked_at):,} studies, {len(site.rendered):,} written")
    for name, queries, render in (
        ("index", INDEX_QUERIES, index_page),
        ("tonight", TONIGHT_QUERIES, tonight_page),
        ("quality", QUALITY_QUERIES, quality_page),
    ):
        results = answers(warehouse, queries)
        site.add(name, digest(results), partial(render, results))
    dictionary = answers(warehouse, DICTIONARY_QUERIES)
    add_dictionary(site, dictionary)
    entries = answers(warehouse, SEARCH_QUERIES)
    site.add("search", digest(entries, dictionary), partial(search_page, entries, dictionary))
    site.add("manual", digest() + hashlib.sha256(manual_made_from().encode()).hexdigest(), manual_pages)
    site.add("assets", digest(), shared_assets)
    site.add("vega", VEGA, vega_bundle)
    site.close()
    return site.rendered


def draw_on(address: str, database: Path, site: Site, parts: Sequence[Sequence[Study]]) -> None:
    """Draw the pages of studies on the workers of a cluster, part by part. Raises UsageError and HouseError."""
    # A worker that a dead night left at work must not meet this one's pages.
    place = site.target.absolute().with_name("drawn") / uuid4().hex
    place.mkdir(parents=True)
    arguments = [(site.part_of(studies), database.absolute(), studies) for studies in parts]
    targets = [place / f"{number:05d}" for number in range(len(parts))]
    for part in carry_out_on(address, draw, arguments, targets):
        site.take(part)
    shutil.rmtree(place.parent)


def draw(part: Site, database: Path, studies: Sequence[Study], target: Path) -> Site:
    """The pages of some studies below `target`, on a worker."""
    part.target = target
    with open_published(database) as warehouse:
        warehouse.keep_little(ANSWERED_MIB)
        add_studies(part, warehouse, studies)
    part.groups_before, part.digests_before = {}, {}  # whoever asked has them
    return part


def add_studies(site: Site, warehouse: Warehouse, studies: Sequence[Study]) -> None:
    """The pages of these studies, of their responses and of their folders."""
    results = answers_of_each(warehouse, STUDY_QUERIES, ["study"], [(study.name,) for study in studies])
    pairs = [(study.name, response) for study in studies for response in study.responses]
    responses = answers_of_each(warehouse, RESPONSE_QUERIES, ["study", "response"], pairs)
    for study in studies:
        mine = results[(study.name,)]
        mine |= answers(warehouse, WIDE_QUERIES, study=study.name)
        theirs = {response: responses[(study.name, response)] for response in study.responses}
        site.add(f"study {study.name}", digest(mine, *theirs.values()), partial(study_pages, mine, theirs))
    curved = [study for study in studies if results[(study.name,)]["study"].frame["has_curves"][0]]
    folders = folder_counts(warehouse)
    for some in parted_by_size(curved, folders, CURVED_STUDIES_AT_ONCE, CURVED_FOLDERS_AT_ONCE):
        add_curves(site, warehouse, some, results)
    add_runs(site, warehouse, {study.name: results[(study.name,)] for study in studies})


def add_curves(
    site: Site,
    warehouse: Warehouse,
    studies: Sequence[Study],
    of_studies: Mapping[tuple[str, ...], Mapping[str, Result]],
) -> None:
    keys = [(study.name,) for study in studies]
    quantiles = answers(warehouse, QUANTILE_QUERIES)
    for key, curves in answers_of_each(warehouse, CURVES_QUERIES, ["study"], keys).items():
        of_curves = {name: of_studies[key][name] for name in OF_CURVES}
        render = partial(curves_page, of_curves, curves, quantiles)
        site.add(f"curves {key[0]}", digest(of_curves, curves), render)


def add_dictionary(site: Site, results: Mapping[str, Result]) -> None:
    sources = {
        name: text(name)
        for name in sorted(str(path.relative_to(SQL).with_suffix("")) for path in SQL.rglob("*.sql"))
    }
    asked = dict(examples())
    told = hashlib.sha256(json.dumps([sources, asked]).encode()).hexdigest()
    site.add(
        "dictionary",
        digest(results) + told,
        lambda: dictionary_page(results, sources, asked),
    )
