"""How fresh a study's data are: since when no file of it came or changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from flows.discovery.discover import Known, News
from models.declared.study import Study


def turned(studies: Sequence[Study], known: Known, news: News, now: datetime) -> Iterator[str]:
    """The studies whose data have become older than they declare, or new again, since that was judged last."""
    if all(study.fresh_seconds is None for study in studies):
        return
    newest = newest_files(known, news)
    for study in studies:
        if study.fresh_seconds is not None and study.name in newest:
            age = max(0.0, now.timestamp() - newest[study.name] / 1e9)
            is_fresh = age <= study.fresh_seconds
            if is_fresh != known.fresh.get(study.name):
                yield study.name


def newest_files(known: Known, news: News) -> Mapping[str, int]:
    """Study -> when the newest of its files was written, in nanoseconds since 1970."""
    newest: dict[str, int] = {}
    for folder, files in known.files.items():
        study = known.folders[folder][0]
        newest[study] = max([newest.get(study, 0), *(modified for *_, modified in files)])
    for found in (*news.new, *news.changed):
        newest[found.study] = max([newest.get(found.study, 0), *(file.modified_ns for file in found.files)])
    return newest
