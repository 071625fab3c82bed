"""From a design to its page without a step by hand: `doehouse design --runner`, its runs, a night."""

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.night import Order, night
from models.declared.study import load_study
from models.design.layout import places
from models.design.planning import run_sheet
from tests.commands import doehouse_here
from tests.houses import ROOT, ask, spend, verdicts
from tests.log_folders import write_study

FACTORS = {"rate": ["0.01", "0.5"], "batch": ["8", "40"]}
JOB = (
    f"{shlex.quote(sys.executable)} -m tests.training_job --rate {{rate}} --batch {{batch}} --out {{folder}}"
)
SOURCE = {"files": "rate={rate}_batch={batch}_seed{replicate}/events.*", "done": "file DONE"}
RESPONSES = {
    "Accuracy": {"metric": "accuracy", "unit": "%"},
    "Loss": {"metric": "loss"},
    "Seconds": {"between": ["start", "stop"], "unit": "s"},
}


class Experiment:
    """A study, the runner that was made of it, and the log root and house that they fill."""

    def __init__(self, place: Path, **fields: Any) -> None:
        self.place = place
        self.order = Order(place / "my logs", place / "studies", place / "house")
        told = {"factors": FACTORS, "responses": RESPONSES, "source": SOURCE, **fields}
        self.file = write_study(self.order.studies, "training", **{k: v for k, v in told.items() if v})
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "JOBS": str(place / "jobs")}
        self.runner = place / "the runner"

    def design(self, *words: object, command: str = JOB) -> subprocess.CompletedProcess[str]:
        wanted = ("--runner", self.runner, "--command", command, "--logs", self.order.logs)
        return doehouse_here("design", self.file, *wanted, "--house", self.order.house, *words)

    def execute(self, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
        command = ["sh", str(self.runner / "run.sh"), *map(str, words)]
        environment = {**self.environment, **more}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def jobs(self) -> list[list[Any]]:
        """Rate, batch, seed and note of every job that was started."""
        return [json.loads(line) for line in (self.place / "jobs").read_text().splitlines()]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open() as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    return Experiment(tmp_path)


def test_a_design_becomes_a_page_without_a_step_by_hand(experiment: Experiment) -> None:
    told = experiment.design("--replicates", 2, command=f"{JOB} --seed {{replicate}}")
    assert told.returncode == 0, told.stderr
    assert f"sh '{experiment.runner}/run.sh'" in told.stdout
    ended = experiment.execute()
    assert ended.returncode == 0, ended.stderr
    sheet = rows_of(experiment.runner / "sheet.csv")
    assert [(row["rate"], row["batch"], int(row["replicate"])) for row in sheet] == [
        tuple(job[:3]) for job in experiment.jobs()
    ]
    assert not (experiment.order.logs / ".runner").exists()
    summary = night(experiment.order, datetime.now(UTC) + timedelta(seconds=2))
    assert summary.night["runs_accepted"] == 8 and summary.quarantine == []
    assert set(verdicts(experiment.order)) == {row["folder"] for row in sheet}
    began = ask(experiment.order, "select distinct folder, started_at from observations order by started_at")
    assert [folder for folder, _ in began] == [row["folder"] for row in sheet]
    page = (experiment.order.house / "site" / "training" / "index.html").read_text()
    assert "A run is over when the file DONE is there." in page


def test_a_runner_that_was_killed_goes_on_and_executes_every_run_once(experiment: Experiment) -> None:
    experiment.design()
    pipe = experiment.place / "reached"
    os.mkfifo(pipe)
    third = rows_of(experiment.runner / "sheet.csv")[2]
    stop = {"STOP_AT": f"{third['rate']} {third['batch']}", "REACHED": str(pipe)}
    runner = subprocess.Popen(
        ["sh", str(experiment.runner / "run.sh")],
        env={**experiment.environment, **stop},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    with pipe.open():  # the job has begun to write
        spend(experiment.order, datetime.now(UTC) + timedelta(seconds=2))
        assert ask(experiment.order, "select count(*) from runs") == [(2,)]
        meanwhile = experiment.execute(3)
        assert meanwhile.returncode == 1 and f"process {runner.pid} on" in meanwhile.stderr
        os.killpg(runner.pid, signal.SIGKILL)
        assert runner.wait() == -signal.SIGKILL
    ended = experiment.execute()
    assert ended.returncode == 0, ended.stderr
    assert "2 made, 2 there before, failed: none" in ended.stderr
    assert "row 3" in ended.stderr and "begun afresh" in ended.stderr
    assert Counter(tuple(job[:2]) for job in experiment.jobs())[(third["rate"], third["batch"])] == 2
    assert len(experiment.jobs()) == 5
    spend(experiment.order, datetime.now(UTC) + timedelta(seconds=2))
    fresh = Experiment(experiment.place / "fresh")
    fresh.design()
    fresh.execute()
    spend(fresh.order, datetime.now(UTC) + timedelta(seconds=2))
    observed = (
        "select run, response, value from observations where response <> 'Seconds' order by run, response"
    )
    assert ask(experiment.order, observed) == ask(fresh.order, observed)
    assert ask(experiment.order, "select count(*) from observations") == [(12,)]
    assert "0 made, 4 there before" in experiment.execute().stderr


def test_a_job_that_fails_is_told_and_no_part_of_the_study(experiment: Experiment) -> None:
    experiment.design()
    ended = experiment.execute(BREAK="0.5 8")
    failed = next(
        number
        for number, row in enumerate(rows_of(experiment.runner / "sheet.csv"), 1)
        if (row["rate"], row["batch"]) == ("0.5", "8")
    )
    assert ended.returncode == 1
    assert f"row {failed} (rate=0.5_batch=8_seed1): exit code 7" in ended.stderr
    assert f"3 made, 0 there before, failed: {failed}" in ended.stderr
    assert not (experiment.order.logs / "rate=0.5_batch=8_seed1").exists()
    assert experiment.execute(failed).returncode == 0
    assert (experiment.order.logs / "rate=0.5_batch=8_seed1" / "DONE").exists()


def test_another_log_root_and_a_row_that_is_none(
    experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment.design()
    monkeypatch.chdir(experiment.place)
    assert experiment.execute(1, DOEHOUSE_LOGS="else where").returncode == 0
    (folder,) = (experiment.place / "else where").glob("rate*")
    assert {"start.log", "stop.log", "DONE"} < {path.name for path in folder.iterdir()}
    told = experiment.execute(5)
    assert told.returncode == 2 and "found row '5', expected 1 to 4" in told.stderr
    assert not experiment.order.logs.exists()


def test_the_testbeds_layout_is_written_with_its_logs_and_containers(tmp_path: Path) -> None:
    experiment = Experiment(
        tmp_path, source=None, folders="exp_1{run}", containers=2, timezone="Asia/Kolkata"
    )
    told = experiment.design()
    assert told.returncode == 0, told.stderr
    assert experiment.execute().returncode == 0
    now = datetime.now(UTC) + timedelta(seconds=2)
    assert spend(experiment.order, now).night["runs_accepted"] == 4
    assert ask(
        experiment.order,
        "select run, count(distinct container_id) from observations group by run order by run",
    ) == [(run, 2) for run in range(1, 5)]
    ((first, last),) = ask(experiment.order, "select min(started_at), max(stopped_at) from containers")
    assert now.replace(tzinfo=None) - timedelta(minutes=10) < first < last <= now.replace(tzinfo=None)


def test_a_task_of_the_slurm_array_executes_its_row_of_a_fraction(tmp_path: Path) -> None:
    experiment = Experiment(
        tmp_path,
        factors={**FACTORS, "seed": ["1", "2"]},
        generators=["C = AB"],
        source={**SOURCE, "files": "{rate}/{batch}-{seed}/*/r{replicate}/**/events*"},
    )
    assert experiment.design("--replicates", 2, command=f"{JOB} --seed {{seed}}").returncode == 0
    array = experiment.runner / "array.sh"
    assert subprocess.run(["bash", "-n", array], check=False).returncode == 0
    assert "#SBATCH --array=1-8%1\n" in array.read_text()
    for task in range(8, 0, -1):
        environment = {**experiment.environment, "SLURM_ARRAY_TASK_ID": str(task)}
        subprocess.run(["sh", array], env=environment, check=True, capture_output=True)
    assert subprocess.run(["sh", array], capture_output=True, check=False).returncode != 0
    spend(experiment.order, datetime.now(UTC) + timedelta(seconds=2))
    wanted = [(str(run), 2) for run in range(1, 5)]
    found = ask(experiment.order, "select run, count(distinct replicate) from runs group by run order by run")
    assert [(str(run), number) for run, number in found] == wanted
    assert len(experiment.jobs()) == 8


def test_further_runs_are_written_where_the_unfolded_study_claims_them(tmp_path: Path) -> None:
    factors = {**FACTORS, "note": ["x", "y"]}
    files = "{rate}_{batch}_{note}_{replicate}/events*"
    experiment = Experiment(
        tmp_path, factors=factors, generators=["C = AB"], source={**SOURCE, "files": files}
    )
    command = f"{JOB} --note {{note}}"
    told = experiment.design("--next", "--active", "rate", command=command)
    assert told.returncode == 0, told.stderr
    assert "Take `generators` out" in told.stdout
    assert experiment.execute().returncode == 0
    write_study(
        experiment.order.studies,
        "training",
        factors=factors,
        responses=RESPONSES,
        source={**SOURCE, "files": files},
    )
    spend(experiment.order, datetime.now(UTC) + timedelta(seconds=2))
    sheet = rows_of(experiment.runner / "sheet.csv")
    found = ask(experiment.order, "select run, folder from runs order by run")
    assert found == sorted((int(row["run"]), row["folder"]) for row in sheet) and found


HOSTILE = ["it's", 'a "b" $HOME `id` \\', "-n *", "; exit 3", "ü {run} é"]


def test_every_level_reaches_the_job_as_it_is_written(tmp_path: Path) -> None:
    experiment = Experiment(
        tmp_path, factors={**FACTORS, "note": HOSTILE}, source=None, folders="{run}", responses=RESPONSES
    )
    assert experiment.design(command=f"{JOB} --note={{note}}").returncode == 0
    ended = experiment.execute()
    assert ended.returncode == 0, ended.stderr
    wanted = [[row["rate"], row["batch"], 0, row["note"]] for row in rows_of(experiment.runner / "sheet.csv")]
    assert experiment.jobs() == wanted and len(wanted) == 20


def test_levels_in_the_names_of_folders_are_quoted_too(tmp_path: Path) -> None:
    source = {**SOURCE, "files": "runs/{note}/{replicate}/events*"}
    experiment = Experiment(tmp_path, factors={"note": HOSTILE}, source=source)
    command = f"{shlex.quote(sys.executable)} -m tests.training_job --rate 0.5 --batch 40 --note={{note}} --out {{folder}}"
    assert experiment.design(command=command).returncode == 0
    ended = experiment.execute()
    assert ended.returncode == 0, ended.stderr
    spend(experiment.order, datetime.now(UTC) + timedelta(seconds=2))
    assert set(verdicts(experiment.order)) == {f"runs/{note}/1" for note in HOSTILE}
    assert set(verdicts(experiment.order).values()) == {"accepted"}


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("train {folder} {rate}", "found no {batch}"),
        ("train {rate} {batch}", "found no {folder}"),
        ("train {rate} {batch} {folder} {seed}", "found {seed}, expected one of {rate}, {batch}, {folder}, {run}"),
        ("train '{rate}' {batch} {folder}", "found {rate} inside quotes"),
        ('train "$(echo {rate})" {batch} {folder}', "found {rate} inside quotes"),
        ("train \\{rate} {batch} {folder}", "found {rate} inside quotes"),
        ("train ${rate} {batch} {folder}", "found ${rate}, expected {rate}"),
        ("train {run} {folder} 'open", "what a shell cannot read"),
        ("train {run} {folder} )", "what a shell cannot read"),
        ("train {run}\n{folder}", "expected one line"),
    ],
)  # fmt: skip
def test_a_command_that_would_not_do_is_refused(experiment: Experiment, command: str, sentence: str) -> None:
    told = experiment.design(command=command)
    assert told.returncode == 2 and sentence in told.stderr
    assert not experiment.runner.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": {"table": "results.csv", "columns": {"rate": "r", "batch": "b"}}, "responses": {"A": {"column": "a"}}},
         "a table whose rows are the runs"),
        ({"source": {"files": "runs/events-{rate}-{batch}-{replicate}"}}, "whose file name"),
        ({"source": {"files": "{container}/e*", "levels": {"table": "l.csv", "key": "id"}}}, "does not write that table"),
        ({"source": {"files": ".{rate}/{batch}/{replicate}/e*"}}, "empty or hidden"),
        ({"source": {"files": "{rate}/{batch}/e*"}}, "Put {replicate} into the pattern"),
        ({"source": {"files": "{rate}/{batch}/{replicate}/e*"}, "containers": 2}, "without {container}"),
        ({"source": None, "folders": "exp_{run}"}, "Put {replicate} into the pattern"),
    ],
)  # fmt: skip
def test_a_study_that_no_runner_can_write_is_refused(
    tmp_path: Path, fields: dict[str, Any], sentence: str
) -> None:
    experiment = Experiment(tmp_path, **fields)
    told = experiment.design("--replicates", 2)
    assert told.returncode == 2 and sentence in told.stderr
    assert not experiment.runner.exists()


def test_another_runner_is_never_written_over(experiment: Experiment) -> None:
    assert experiment.design().returncode == 0
    before = (experiment.runner / "run.sh").read_bytes()
    assert experiment.design().returncode == 0
    told = experiment.design("--seed", 2)
    assert told.returncode == 2 and "found another runner" in told.stderr
    assert (experiment.runner / "run.sh").read_bytes() == before


def test_a_further_run_is_no_run_of_a_study_whose_folders_are_numbered(tmp_path: Path) -> None:
    factors = {**FACTORS, "note": ["x", "y"]}
    experiment = Experiment(tmp_path, factors=factors, generators=["C = AB"], source=None, folders="{run}")
    told = experiment.design("--next", "--active", "rate", command=f"{JOB} --note {{note}}")
    assert told.returncode == 2 and "found {run} in the pattern" in told.stderr


def test_a_star_stands_for_what_tells_executions_apart(tmp_path: Path) -> None:
    path = write_study(
        tmp_path, "training", factors=FACTORS, responses=RESPONSES,
        source={"files": "logs/version_*/events*", "levels": {"file": "hparams.yaml"}},
    )  # fmt: skip
    study = load_study(path)
    found = [place.folder for place in places(study, run_sheet(study, 2, 1).iter_rows(named=True))]
    assert sorted(found) == [f"logs/version_run{run}r{n}" for run in range(1, 5) for n in (1, 2)]
