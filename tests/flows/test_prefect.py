"""The flow `nightly` on a Prefect server: its tasks, its artifacts, and what a failing stage does."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.house.errors import HouseError, HouseHeldError
from flows.house.house import House
from flows.house.lock import hold
from flows.house.manifest import digest
from flows.night import Order, StageError, Summary
from tests.commands import doehouse
from tests.houses import ROOT, SAMPLE, STUDIES, ask, contents
from tests.log_folders import edit
from tests.prefect_server import PrefectServer

pytestmark = pytest.mark.usefixtures("prefect_server")


OF_THE_NIGHT = {"quality-quality_nights", "quality-quality_freshness"}  # they hold its times


def asked(question: Callable[[Any], Any]) -> Any:
    """The answer of Prefect's API."""
    from prefect.client.orchestration import get_client

    async def ask_client() -> Any:
        async with get_client() as client:
            return await question(client)

    return asyncio.run(ask_client())


def last_run() -> Any:
    """The latest run of a flow that was called here: on the same server a deployment has others."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
    from prefect.client.schemas.sorting import FlowRunSort

    called = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(is_null_=True))
    (run,) = asked(
        lambda client: client.read_flow_runs(
            flow_run_filter=called, sort=FlowRunSort.START_TIME_DESC, limit=1
        )
    )
    return run


def tasks_of(run: Any) -> list[Any]:
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
    from prefect.client.schemas.sorting import TaskRunSort

    of_run = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    found: list[Any] = asked(
        lambda client: client.read_task_runs(flow_run_filter=of_run, sort=TaskRunSort.EXPECTED_START_TIME_ASC)
    )
    return found


def artifacts_of(run: Any) -> dict[str, Any]:
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

    of_run = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    found = asked(lambda client: client.read_artifacts(flow_run_filter=of_run))
    return {each.key: each for each in found}


def carry_out(order: Order) -> Summary:
    from flows.nightly import run_flow

    return run_flow(order)


@pytest.fixture(scope="module")
def night_as_flow(
    prefect_server: PrefectServer, published_house: Summary, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Summary, Any]:
    """The sample's night as a flow, and its run."""
    summary = carry_out(Order(SAMPLE, STUDIES, tmp_path_factory.mktemp("flow") / "house"))
    return summary, last_run()


def test_a_stage_is_a_task_and_a_task_is_a_stage(night_as_flow: tuple[Summary, Any]) -> None:
    _, run = night_as_flow
    tasks = tasks_of(run)
    assert run.state.is_completed()
    assert [task.name.rpartition("-")[0] for task in tasks] == [
        *("discover_folders", "extract_folders", "load_facts", "check_promises"),
        *("analyse_studies", "close_night", "render_pages", "publish_version"),
    ]
    assert all(task.state.is_completed() for task in tasks)


def test_its_artifacts_are_a_summary_a_link_and_the_verdicts(night_as_flow: tuple[Summary, Any]) -> None:
    summary, run = night_as_flow
    artifacts = artifacts_of(run)
    assert {key: each.type for key, each in artifacts.items()} == {
        "night-summary": "markdown",
        "night-pages": "markdown",
        "night-verdicts": "table",
    }
    assert "Night 1: 8 folders seen, 8 new" in artifacts["night-summary"].data
    assert (summary.house.root / "site" / "index.html").as_uri() in artifacts["night-pages"].data
    assert '"code"' in artifacts["night-verdicts"].data and "OBS-1" in artifacts["night-verdicts"].data


def test_a_night_as_a_flow_is_the_night_done_plainly_to_the_byte(
    night_as_flow: tuple[Summary, Any], published_house: Summary
) -> None:
    flow, _ = night_as_flow

    def files(summary: Summary) -> dict[Path, str]:
        site = summary.house.site.resolve()
        found = [*site.rglob("*.csv"), *site.glob("*/data/*.js"), *site.glob("*/runs.html")]
        tables = {path.relative_to(site): digest(path) for path in found}
        return {path: content for path, content in tables.items() if path.stem not in OF_THE_NIGHT}

    assert len(files(flow)) > 40
    assert files(flow) == files(published_house)
    here, there = (
        contents(Order(Path(), Path(), each.house.root), is_whole=True) for each in (flow, published_house)
    )
    assert here.pop("nights") != there.pop("nights")
    assert here == there


def test_a_folder_in_trouble_does_not_fail_the_flow_which_does_all_that_it_is_asked(
    second_night: Order,
) -> None:
    edit(second_night.logs / "exp_14" / "stop.log", lambda text: text.replace("2023", "23", 1))
    shutil.rmtree(second_night.logs / "exp_18")
    summary = carry_out(second_night._replace(accept=("exp_13", "exp_14"), forget=("exp_18",)))
    run = last_run()
    assert run.state.is_completed()
    assert "exp_14/stop.log:1" in artifacts_of(run)["night-summary"].data
    assert summary.night["runs_quarantined"] == 1
    assert ask(second_night, "select folder from folders where night_id = 2 order by all") == [
        ("exp_13",),
        ("exp_14",),
    ]
    assert ask(second_night, "select count(*) from folders") == [(7,)]


def test_a_stage_that_fails_fails_the_flow_and_is_named(
    second_night: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    import models.analysis

    def fail(*_: object) -> None:
        raise MemoryError("found no room")

    before = contents(second_night, is_whole=True)
    edit(second_night.logs / "exp_14" / "stop.log", lambda text: text + "\n")
    monkeypatch.setattr(models.analysis, "analyse", fail)
    with pytest.raises(
        StageError, match="the stage analyse_studies failed, nothing was published: found no room"
    ):
        carry_out(second_night)
    run = last_run()
    assert run.state.is_failed() and "analyse_studies" in run.state.message
    states = {task.name.rpartition("-")[0]: task.state.is_failed() for task in tasks_of(run)}
    assert [name for name, has_failed in states.items() if has_failed] == ["analyse_studies"]
    assert contents(second_night, is_whole=True) == before


def test_what_people_can_mend_fails_the_flow_in_its_own_words(second_night: Order) -> None:
    with pytest.raises(HouseError, match="expected the log root"):
        carry_out(second_night._replace(logs=second_night.logs / "nowhere"))
    assert last_run().state.is_failed()


def test_the_flow_leaves_a_house_that_is_held(second_night: Order, published_house: Summary) -> None:
    house = published_house.house._replace(root=second_night.house)
    with hold(house), pytest.raises(HouseHeldError):
        carry_out(second_night)


def test_the_entrypoint_of_the_deployment_is_the_flow() -> None:
    import yaml
    from prefect.flows import load_flow_from_entrypoint

    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    flow = load_flow_from_entrypoint(str(ROOT / deployment["entrypoint"]))
    assert flow.name == "nightly"
    assert set(deployment["parameters"]) <= set(flow.parameters.properties)
    (schedule,) = deployment["schedules"]
    assert (schedule["cron"], schedule["timezone"], schedule["active"]) == (
        "30 2 * * *",
        "Europe/Amsterdam",
        True,
    )


def test_a_night_is_a_flow_where_a_server_is_set_up(
    second_night: Order, prefect_server: PrefectServer
) -> None:
    shutil.rmtree(second_night.logs / "exp_16")
    words = ["--logs", second_night.logs, "--studies", second_night.studies, "--house", second_night.house]
    ended = doehouse("night", *words, env=prefect_server.environment)
    assert ended.returncode == 0, ended.stderr
    assert "starting the flow" in ended.stderr
    assert len(House.at(second_night.house).all_versions()) == 2
