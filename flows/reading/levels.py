"""The levels of every folder: told by its path, by files of its own, by a table or by its event files."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from flows.discovery.log_folders import LogFile, LogFolder, Told
from flows.log_root.regular_file import shown
from flows.reading.batches import Batch
from flows.reading.containers import Owners
from flows.reading.notices.findings import Finding
from flows.reading.records.paths import ABSENT, read_path, value_at
from flows.reading.records.shape import RecordError
from flows.reading.records.trees import as_text, load_tree
from models.declared.folders import read_pattern
from models.declared.levels import declared_level, level_key, missing_level
from models.declared.study import Claim, Study

SCHEMA = {
    "folder_id": pl.Int32,
    "container_id": pl.String,
    "factor": pl.String,
    "seen": pl.String,
    "source": pl.String,
}
REPLICATE = "replicate"  # stands beside the factors in what files tell

# folder -> what files of its own or events tell, the replicate under the name of its own
ToldByFiles = Mapping[str, list[Told]]


class Seen(NamedTuple):
    """What batches of folders tell: the claim of each, rows of `levels_seen`, what was noticed."""

    claims: dict[str, Claim]
    levels: pl.DataFrame
    findings: list[Finding]


def read_levels(
    batch: Batch,
    studies: Mapping[str, Study],
    contents: Mapping[str, bytes],
    owners: Owners,
    told: ToldByFiles,
) -> Seen:
    """Levels wherever they stand; those that a path does not tell complete its claim.

    Where several places tell one level, the path decides and all are written down: they are held against each
    other by a promise (LEV-1).
    """
    claims: dict[str, Claim] = {}
    rows: dict[tuple[int, str | None, str, str, str], None] = {}
    findings: list[Finding] = []
    for folder_id, folder in batch.folders:
        study = studies[folder.study]
        own = [*folder.told, *told.get(folder.folder, ())]
        for file in folder.files:
            if file.kind == "events" and study.promises.path:
                for factor, level in levels_of_path(study, folder, file):
                    rows[folder_id, owners[folder.folder].get(file.path), factor, level, "path"] = None
            if file.kind == "config" and file.path in contents:
                try:
                    own += levels_of_file(study, file, contents[file.path])
                except RecordError as error:
                    path = shown(file.path)
                    findings.append(
                        Finding(folder.folder, "Q322", "quarantined", f"{path}: {error}", path=path)
                    )
        for factor, seen, source in own:
            if factor != REPLICATE:
                rows[folder_id, None, factor, declared_level(seen, study.factors[factor]), source] = None
        claims[folder.folder] = claim = completed(study, folder, own)
        if study.source and claim.run is None:
            for factor, level in claim.levels.items():
                rows.setdefault((folder_id, None, factor, level, "path"))
        if study.source and not findings_about(folder, findings):
            findings += missing_levels(study, folder, claim)
    return Seen(claims, pl.DataFrame(list(rows), schema=SCHEMA, orient="row"), findings)


def levels_of_path(study: Study, folder: LogFolder, file: LogFile) -> Iterator[tuple[str, str]]:
    """What the segments between a folder and its event file tell, by the promise `path`."""
    pattern = read_pattern(study.promises.path or "", study.factors, numbered=False)
    for part in shown(file.path).split("/")[folder.folder.count("/") + 1 : -1]:
        if match := pattern.match(part):
            yield from match.levels.items()


def levels_of_file(study: Study, file: LogFile, content: bytes) -> Iterator[Told]:
    """What a configuration file tells. Raises RecordError where it cannot be understood or lacks a key."""
    path = shown(file.path)
    if study.source and study.source.levels and study.source.levels.folder:
        yield from level_of_name(study, path, content)
        return
    tree = load_tree(content, path)
    for factor, key in keys_of(study).items():
        level = value_at(tree, read_path(key), absent=ABSENT)
        if level is None and factor in study.factors:
            level = missing_level(study.factors[factor])
        level = None if level is ABSENT else level
        if isinstance(level, list) and all(isinstance(each, str) for each in level):
            level = f"[{', '.join(map(str, level))}]"
        if level is not None and not isinstance(level, str):
            raise RecordError(
                "Q322", f"a list or table at {key!r}", f"one level of {factor}", "Correct the key."
            )
        if level is not None:
            yield Told(factor, level, path)
        elif study.promises.config and factor != REPLICATE:
            keys = ", ".join(study.promises.config.levels.values())
            raise RecordError("Q322", f"no key {key!r}", f"JSON, YAML or TOML with the keys {keys}")


def level_of_name(study: Study, path: str, content: bytes) -> Iterator[Told]:
    """What one of many files tells, each of which holds the setting that its name says, as MLflow writes them."""
    for factor, key in keys_of(study).items():
        if f"/{path}".endswith(f"/{key}"):
            yield Told(factor, as_text(content).strip(), path)


def keys_of(study: Study) -> dict[str, str]:
    """Factor (or replicate) -> its key in the configuration file or the HParams record."""
    if study.promises.config:
        return dict(study.promises.config.levels)
    levels = study.source.levels if study.source else None
    if levels is None or levels.table:
        return {}
    wanted = [name for name in study.factors if name not in study.pattern.names or name in levels.keys]
    replicate = {REPLICATE: levels.replicate} if levels.replicate else {}
    return {**levels.named(wanted), **replicate}


def completed(study: Study, folder: LogFolder, told: list[Told]) -> Claim:
    """What the path claims, with the levels and the replicate that it does not tell."""
    claim = folder.claim
    if study.source is None:
        return claim
    levels = {each.factor: each.level for each in reversed(told) if each.factor != REPLICATE}
    replicates = [each.level for each in told if each.factor == REPLICATE]
    replicate = claim.replicate if claim.replicate is not None else next(iter(replicates), None)
    levels = {**levels, **claim.levels}
    replicate = None if replicate is None else plain_number(replicate)
    run = claim.run if "run" in study.pattern.names else study.run_of(levels, replicate)
    return study.actual(folder.folder, Claim(run, replicate, levels))


def plain_number(text: str) -> str:
    """A whole number as such: HParams and tables write 1 as 1.0."""
    key = level_key(text)
    return str(int(key)) if isinstance(key, float) and key.is_integer() else text


def missing_levels(study: Study, folder: LogFolder, claim: Claim) -> Iterator[Finding]:
    """Factors whose level no place tells yet: the folder waits."""
    if "run" in study.pattern.names or any(note.code in ("Q326", "Q327", "W210") for note in folder.notes):
        return
    missing = [name for name in study.factors if name not in claim.levels]
    if not missing or folder.is_table:
        return
    levels = study.source.levels if study.source else None
    place = "its path"
    if levels:
        files = " or ".join(levels.files)
        place = files or levels.folder or levels.table or "the HParams record of an event file"
    elif study.source and study.source.columns:
        place = "its columns"
    reason = (
        f"{folder.folder}: found no level of {', '.join(missing)} in {place}, expected one of each factor. "
        "Wait until it is written, or correct where the study looks for it."
    )
    yield Finding(folder.folder, "W210", "waiting", reason)


def findings_about(folder: LogFolder, findings: list[Finding]) -> bool:
    return any(each.folder == folder.folder for each in findings)
