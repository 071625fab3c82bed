"""One night in its stages, each visited once: discover, extract, load, check, analyse, publish, perhaps share."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Any, TypeVar

from flows.house.current import refuse_lost_link
from flows.house.disk import refuse_remote, writing
from flows.house.errors import HouseError, StageError
from flows.house.house import House
from flows.house.last_success import note_success
from flows.house.lock import hold
from flows.house.recovery import recover
from flows.house.strangers import copy_away, is_written_to
from flows.lake.share import Lake, refuse_unshareable, share_current
from flows.log_root.bucket import in_full
from flows.records.night_log import log
from flows.records.outcome import recorded
from flows.stages.analyse import analyse_studies
from flows.stages.carry_over import carry_house_over, is_of_other_tables
from flows.stages.check import check_promises
from flows.stages.close import close_night
from flows.stages.discover import discover_folders
from flows.stages.extract import extract_folders
from flows.stages.load import load_facts
from flows.stages.plan import Order, Plan, Summary
from flows.stages.publish import publish_version, render_pages
from flows.stages.vanished import identity, refuse_replaced
from flows.warehouse.warehouse import kept_open
from models.declared.study import StudyError

__all__ = ["Order", "StageError", "Summary", "is_anything_new", "night"]

T = TypeVar("T")
# How a stage is carried out: plainly, or as a Prefect task.
Call = Callable[..., Any]
Say = Callable[[str], None]


def plainly(stage: Callable[..., T], *arguments: Any) -> T:
    return stage(*arguments)


def night(order: Order, now: datetime, call: Call = plainly, say: Say = lambda _: None) -> Summary:
    """Bring the house up to date with the log folders.

    Raises HouseHeldError, HouseError (told to people as it is) and StageError (a stage failed); whatever is
    raised, the published version stays as it was.
    """
    house = House.at(order.house)
    lake = Lake(order.lake, order.lake_data, order.lake_name)
    refuse_unshareable(lake)

    def tell(message: str) -> None:
        say(message)
        log(house, message)

    def carry_out(stage: Callable[..., T], *arguments: Any) -> T:
        try:
            result: T = call(stage, *arguments)
        except HouseError:
            raise
        except StudyError as error:
            raise HouseError(str(error)) from error
        except Exception as error:
            what = "though the night" if stage is share_current else "nothing"
            raise StageError(f"the stage {stage.__name__} failed, {what} was published: {error}") from error
        return result

    with hold(house):
        with recorded(house) as done:
            refuse_remote(house)
            recover(house)
            summary = done(stages(order, now, house, carry_out, tell, say))
        if lake.catalogue:
            tell("sharing the night")
            try:
                carry_out(share_current, house, lake)
            except (HouseError, StageError) as error:
                log(house, f"published, not shared: {error}")
                raise
    return summary


def stages(order: Order, now: datetime, house: House, carry_out: Call, tell: Say, say: Say) -> Summary:
    """The stages of a night, in their order."""
    if warning := copy_away(house):
        tell(warning)
    if is_of_other_tables(house):
        tell("carrying the warehouse of another doehouse over")
        carry_out(carry_house_over, house)
    log_root = identity(in_full(order.logs))
    plan = carry_out(discover_folders, order, now)
    for left in plan.refused:
        tell(f"left out: {left.reason}")
    if plan.is_idle:
        return nothing_new(plan)
    tell(f"{plan.news.seen} folders seen, {len(plan.news.new)} new, {len(plan.news.changed)} to load again")
    plan, shards = carry_out(extract_folders, plan)
    refuse_replaced(plan.order.logs, log_root)
    if plan.held:
        tell(f"{len(plan.held)} held back")
    tell(f"loading {len(shards)} batches" if len(shards) > 1 else "loading")
    carry_out(load_facts, plan, shards)
    with kept_open(plan.staged) if plan.is_little else nullcontext():
        tell("checking the promises")
        carry_out(check_promises, plan)
        tell("fitting the models")
        carry_out(analyse_studies, plan)
        tell("auditing the warehouse and writing the pages")
        carry_out(close_night, plan, shards)
    carry_out(render_pages, plan, say)
    summary: Summary = carry_out(publish_version, plan)
    return summary


def is_anything_new(order: Order, now: datetime) -> Summary | None:
    """The summary of a night that would have nothing to do, or None; imports and starts nothing heavy."""
    house = House.at(order.house)
    with hold(house):
        refuse_lost_link(house)
        if house.current_version() is None or is_of_other_tables(house) or is_written_to(house):
            return None
        try:
            plan = discover_folders(order, now)
        except StudyError as error:
            raise HouseError(str(error)) from error
        if not plan.is_idle:
            return None
        with recorded(house) as done:
            return done(nothing_new(plan))


def nothing_new(plan: Plan) -> Summary:
    """Ends a night that found its house up to date."""
    with writing(plan.house):
        note_success(plan.house)
    counts: dict[str, Any] = {"folders_seen": plan.news.seen, "folders_new": 0, "folders_changed": 0}
    refused = tuple(each.reason for each in plan.refused)
    return Summary(counts, [], [], [], [], [], None, plan.house, plan.news.held, plan.names(), refused)
