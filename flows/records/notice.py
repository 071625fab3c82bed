"""Tell people of a night that they should look at, by mail, chat or webhook; silent otherwise."""

import sys
from collections.abc import Sequence

from flows.messages import count
from flows.stages.plan import Summary

NAMED = 10  # notices of each kind that a message quotes


def worth_telling(summary: Summary) -> tuple[str, str] | None:
    """Title and text where something was left out for the first time, a promise broke or a conclusion changed."""
    if summary.version is None:
        return None
    night = summary.night["night_id"]
    new = [
        each["reason"]
        for each in summary.quarantine
        if (each["outcome"] in ("quarantined", "held") or each["code"] == "W211")
        and each["first_night_id"] == night
    ]
    broken = [
        f"{each['code']} {each['severity']}: {each['promise']}"
        for each in summary.verdicts
        if not each["is_kept"]
    ]
    parts = [
        (count(len(new), "new notice"), new),
        (count(len(broken), "broken promise"), broken),
        (count(len(summary.changes), "change"), summary.changes),
    ]
    told = [(heading, lines) for heading, lines in parts if lines]
    if not told:
        return None
    text = "\n\n".join("\n".join([f"{heading}:", *shortened(lines)]) for heading, lines in told)
    pages = (summary.house.root / "site" / "index.html").as_uri()
    return (
        f"doehouse, night {night}: {', '.join(heading for heading, _ in told)}",
        f"{text}\n\nPages: {pages}",
    )


def shortened(lines: Sequence[str]) -> list[str]:
    more = len(lines) - NAMED
    return [f"- {line}" for line in lines[:NAMED]] + ([f"- and {more} more"] if more > 0 else [])


def send(addresses: Sequence[str], title: str, text: str) -> None:
    """Send a message to each address, as apprise writes them; one that cannot be reached is told and stops nothing."""
    if not addresses:
        return
    from apprise import Apprise

    for address in addresses:
        to = Apprise()
        if not to.add(address) or not to.notify(title=title, body=text):
            kind = address.partition("://")[0]
            print(
                f"doehouse: no message could be sent by {kind}://…, expected an address as apprise takes it and a "
                "server that answers. Check --notify.",
                file=sys.stderr,
            )
