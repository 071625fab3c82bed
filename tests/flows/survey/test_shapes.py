"""Shapes beyond the ten layouts: what is found in them, and what is left out with its reason."""

import json
import shutil
import tomllib
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from flows.house.errors import UsageError
from flows.rehearsal.rehearse import rehearse
from flows.survey.guess import guess_studies
from flows.survey.study_text import study_text
from flows.survey.tables import read_sheet
from models.declared.study import Study, load_study
from tests.layouts import Observed, key_value, observed, torch_file
from tests.strangers_of_tools import OF_TOOLS

RECORDED = Path(__file__).parents[2] / "recorded" / "results"


def guessed(logs: Path) -> tuple[dict[str, Any], Study, str]:
    """The file as TOML reads it, as a study, as text."""
    text = study_text(*guess_studies(logs, "mine"), logs)
    with TemporaryDirectory() as place:
        (file := Path(place, "guess.toml")).write_text(text)
        study = load_study(file)
    return tomllib.loads(text), study, text


def write(
    logs: Path, rows: Sequence[Observed], folder: Callable[[Observed], str], tag: str = "val/acc"
) -> None:
    for each in rows:
        each.events(logs / folder(each) / torch_file(each), tag)


def test_levels_in_nested_folders(tmp_path: Path) -> None:
    rows = observed({"net": ["CNN", "ResNet"], "bs": ["32", "64"], "lr": ["0.1", "0.01"]}, 2)
    write(
        tmp_path / "logs",
        rows,
        lambda e: f"{e.levels['net']}/bs{e.levels['bs']}/lr{e.levels['lr']}/run_{e.replicate}",
    )
    _, study, text = guessed(tmp_path / "logs")
    assert study.pattern.text == "{factor_1}/bs{bs}/lr{lr}/run_{replicate}/events.*"
    assert study.factors == {"factor_1": ("CNN", "ResNet"), "bs": ("32", "64"), "lr": ("0.01", "0.1")}
    assert "# Design: 2^3 full factorial, 2 replicates in each of 8 cells (16 runs in all)." in text


def test_the_word_behind_a_number_names_it(tmp_path: Path) -> None:
    rows = observed({"a": ["5", "10"], "b": ["32", "64"]}, 3)
    write(tmp_path / "logs", rows, lambda e: f"{e.levels['a']}epochs_{e.levels['b']}batch_{e.replicate}")
    assert guessed(tmp_path / "logs")[1].pattern.text == "{epochs}epochs_{batch}batch_{replicate}/events.*"


def test_folders_as_torch_names_them(tmp_path: Path) -> None:
    """`SummaryWriter(comment=f"LR_{lr}_BATCH_{bs}")`: time, host and comment, nothing between the last two."""
    rows = observed({"lr": ["0.1", "0.01"], "bs": ["32", "64"]}, 2)
    write(
        tmp_path / "logs",
        rows,
        lambda e: f"{e.begun:%b%d_%H-%M-%S}_nodeLR_{e.levels['lr']}_BATCH_{e.levels['bs']}",
    )
    assert guessed(tmp_path / "logs")[1].pattern.text == "*_nodeLR_{LR}_BATCH_{BATCH}/events.*"


def test_texts_with_different_numbers_of_words(tmp_path: Path) -> None:
    rows = observed({"net": ["ResNet18", "CNN", "MobileNetV2"], "lr": ["0.1", "0.01"]}, 2)
    write(tmp_path / "logs", rows, lambda e: f"{e.levels['net']}-lr{e.levels['lr']}-{e.replicate}")
    _, study, _ = guessed(tmp_path / "logs")
    assert study.factors["factor_1"] == ("CNN", "MobileNetV2", "ResNet18")


@pytest.mark.parametrize(("sign", "generator"), [(0, "E = -ABCD"), (1, "E = ABCD")])
def test_a_fraction_is_told_by_its_generator(sign: int, generator: str, tmp_path: Path) -> None:
    factors = {"a": ["1", "2"], "b": ["3", "4"], "c": ["5", "6"], "d": ["7", "8"], "e": ["0", "9"]}
    rows = [
        each
        for each in observed(factors, 1)
        if (sum(list(factors[name]).index(level) for name, level in each.levels.items()) + 1) % 2 == 1 - sign
    ]
    assert len(rows) == 16
    write(tmp_path / "logs", rows, lambda e: "_".join(f"{name}={level}" for name, level in e.levels.items()))
    told, study, text = guessed(tmp_path / "logs")
    assert told["generators"] == [generator]
    assert f"16 of the 32 cells of 2^5: the fraction with {generator}" in text
    assert "Runs: 16 in 16 of 16 cells, 0 empty." in rehearse(tmp_path / "logs", study).lines


def test_empty_cells_are_named(tmp_path: Path) -> None:
    rows = observed({"lr": ["1", "2", "3"], "bs": ["32", "64"]}, 2)
    rows = [each for each in rows if list(each.levels.values()) != ["2", "64"]]
    write(tmp_path / "logs", rows, lambda e: f"lr={e.levels['lr']},bs={e.levels['bs']},seed={e.replicate}")
    assert "3 x 2 factorial with 1 of 6 cells empty: 2 64;" in guessed(tmp_path / "logs")[2]


def test_strays_hide_nothing_and_are_told(tmp_path: Path) -> None:
    rows = key_value(tmp_path / "logs")
    write(tmp_path / "logs", rows[:1], lambda _: "debug")
    write(tmp_path / "logs", rows[:1], lambda _: "try out")
    _, study, text = guessed(tmp_path / "logs")
    assert study.pattern.text == "lr={lr}_bs={bs}_seed{replicate}/events.*"
    assert "Left out: 2 event files" in text
    lines = rehearse(tmp_path / "logs", study).lines
    assert "Left over: 2 files:" in lines
    assert any("2 that do not fit 'lr={lr}'" in line and "debug/" in line for line in lines)


def test_lightnings_csv_files(tmp_path: Path) -> None:
    for each in observed({"optimizer": ["sgd", "adam"], "dropout": ["0.1", "0.5"]}, 2):
        folder = tmp_path / "logs" / "lightning_logs" / f"version_{each.number}"
        folder.mkdir(parents=True)
        optimizer, dropout = each.levels.values()
        (folder / "hparams.yaml").write_text(
            f"dropout: {dropout}\noptimizer: {optimizer}\nseed: {each.replicate}\n"
        )
        rows = "".join(
            f"{i},{i * 10},{2 - i / 10 + each.number / 100},{each.accuracy + i}\n" for i in range(4)
        )
        (folder / "metrics.csv").write_text(f"epoch,step,train_loss,val_acc\n{rows}")
    told, study, _ = guessed(tmp_path / "logs")
    assert told["source"] == {
        "files": "lightning_logs/version_*/metrics.csv",
        "levels": {"file": "hparams.yaml", "replicate": "seed"},
        "step": "step",
    }
    assert {name: each.column for name, each in study.responses.items()} == {
        "Accuracy": "val_acc",
        "Loss": "train_loss",
    }


def test_hydras_settings_stand_in_a_hidden_folder(tmp_path: Path) -> None:
    rows = observed({"lr": ["0.1", "0.01"], "bs": ["32", "64"]}, 2)
    write(tmp_path / "logs", rows, lambda e: f"multirun/{e.number}")
    for each in rows:
        folder = tmp_path / "logs" / "multirun" / str(each.number) / ".hydra"
        folder.mkdir()
        (folder / "config.yaml").write_text(
            f"optim:\n  lr: {each.levels['lr']}\n  bs: {each.levels['bs']}\nout: run{each.number}\n"
        )
    told, study, _ = guessed(tmp_path / "logs")
    assert told["source"]["levels"]["keys"] == {"lr": "optim.lr", "bs": "optim.bs"}
    assert "Runs: 8 in 4 of 4 cells, 0 empty." in rehearse(tmp_path / "logs", study).lines


@pytest.mark.parametrize(
    "tool",
    [
        "asv",
        "dvclive",
        "gnu_time",
        "hydra",
        "iperf3",
        "lightning_csv",
        "ray_tune",
        "sysbench",
        "trainer_state",
        "wrk",
    ],
)
def test_what_tools_left_on_the_disk(tool: str, tmp_path: Path) -> None:
    """2x2 experiments with two seeds, as the tools wrote them."""
    logs = Path(shutil.copytree(RECORDED / tool / "logs", tmp_path / "logs"))
    _, study, text = guessed(logs)
    assert "# Design: 2^2 full factorial, 2 replicates in each of 4 cells (8 runs in all)." in text
    lines = rehearse(logs, study).lines
    assert "Runs: 8 in 4 of 4 cells, 0 empty." in lines
    assert not [line for line in lines if line.startswith("No run")]


def test_a_table_says_more_than_what_was_printed_beside_it(tmp_path: Path) -> None:
    rows = observed({"lr": ["0.1", "0.01"], "bs": ["32", "64"]}, 2)
    folder = tmp_path / "logs"
    folder.mkdir()
    lines = "".join(f"{','.join(e.levels.values())},{e.replicate},{e.accuracy}\n" for e in rows)
    (folder / "all.csv").write_text(f"lr,bs,seed,accuracy\n{lines}")
    for each in rows:
        name = f"lr{each.levels['lr']}_bs{each.levels['bs']}_{each.replicate}.log"
        (folder / name).write_text(f"done, that was it\naccuracy: {each.accuracy}\nloss: {each.seconds}\n")
    assert guessed(folder)[1].pattern.text == "all.csv"
    (folder / "all.csv").unlink()
    told, study, _ = guessed(folder)
    assert study.pattern.text == "lr{lr}_bs{bs}_{replicate}.log"
    assert (told["source"]["header"], told["source"]["separator"]) == (0, ":")


def test_units_below_the_names_of_an_instrument(tmp_path: Path) -> None:
    rows = observed({"Temp": ["20", "40"], "pH": ["5", "7"]}, 3)
    lines = "".join(f"{e.number},{','.join(e.levels.values())},{e.replicate},{e.accuracy}\n" for e in rows)
    head = "Instrument,HPLC 1260\nOperator,ml\n\nSample,Temp,pH,Rep,Area\n,°C,,,mAU*s\n"
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "run.csv").write_text(head + lines)
    told, study, _ = guessed(tmp_path / "logs")
    assert told["source"]["header"] == [4, 5]
    assert study.factors == {"Temp": ("20", "40"), "pH": ("5", "7")}
    assert told["responses"]["Area"] == {"column": "Area.mAU*s", "unit": "mAU*s"}
    assert "Runs: 12 in 4 of 4 cells, 0 empty." in rehearse(tmp_path / "logs", study).lines


def test_a_response_has_another_name_than_a_factor(tmp_path: Path) -> None:
    """The loss that was chosen beside the loss that was reached."""
    for each in observed({"loss": ["mae", "mse"], "lr": ["0.1", "0.01"]}, 2):
        folder = tmp_path / "logs" / str(each.number)
        folder.mkdir(parents=True)
        config = {**each.levels, "seed": each.replicate}
        (folder / "result.json").write_text(json.dumps({"config": config, "test": {"loss": each.accuracy}}))
    _, study, _ = guessed(tmp_path / "logs")
    assert (list(study.factors), list(study.responses)) == (["loss", "lr"], ["test_loss"])


def test_statistics_of_one_sample_are_no_runs(tmp_path: Path) -> None:
    """target/criterion/<group>/<function>/<parameter>/new/estimates.json, as Rust's criterion writes it."""
    cells = [(function, size) for function in ("copy", "loop") for size in (1024, 4096)]
    for number, (function, size) in enumerate(cells):
        told = {
            each: {
                "interval": {"lower_bound": size / 3.7 + number},
                "point_estimate": size / 3.1 + place + number,
            }
            for place, each in enumerate(("mean", "median", "median_abs_dev", "slope", "std_dev"))
        }
        path = tmp_path / "logs" / "criterion" / function / str(size) / "new" / "estimates.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(told))
    _, study, _ = guessed(tmp_path / "logs")
    assert list(map(set, study.factors.values())) == [{"copy", "loop"}, {"1024", "4096"}]
    assert "mean.point_estimate" in {each.key for each in study.responses.values()}


def test_benchmarks_that_count_their_iterations_and_state_their_units(tmp_path: Path) -> None:
    """What Google Benchmark wrote: iterations go with the cell, an index with a name, units stand beside the values."""
    told, study, text = guessed(RECORDED / "google_benchmark" / "logs")
    assert study.factors == {
        "kind": ("list", "tuple"),
        "size": ("100", "1000"),
        "run_name": ("ordered", "total"),
    }
    assert told["responses"]["real_time"]["unit"] == ""
    assert "of several units, ns, us: keep those of one by `where`" in text


def test_of_two_marks_in_a_report_the_one_that_parts_what_was_measured() -> None:
    """pgbench writes its settings behind colons, its results behind `=`."""
    told, study, _ = guessed(RECORDED / "pgbench" / "logs")
    assert study.factors == {"clients": ("1", "4"), "mode": ("prepared", "simple")}
    assert told["source"]["separator"] == "="
    assert {"tps", "latency average"} < told["responses"].keys()


def test_tensorboards_csv_files_are_curves(tmp_path: Path) -> None:
    """A file a run and tag, as its page saves them: `Step` counts, `Wall time` is when."""
    (logs := tmp_path / "logs").mkdir()
    for lr, seed, bs in product(("0.1", "0.01"), (1, 2), (32, 64)):
        lines = [f"{1.7e9 + step},{step},{float(lr) + step + seed / 7}" for step in range(3)]
        text = "\n".join(["Wall time,Step,Value", *lines])
        (logs / f"run-lr_{lr}_bs_{bs}_seed_{seed}-tag-val_acc.csv").write_text(text)
    told, study, _ = guessed(logs)
    assert study.factors == {"lr": ("0.01", "0.1"), "bs": ("32", "64")}
    assert told["source"]["step"] == "Step"
    assert told["responses"].keys() == {"Value"}


def test_a_chart_that_wandb_exports_has_a_column_a_run(tmp_path: Path) -> None:
    (logs := tmp_path / "logs").mkdir()
    runs = [f"lr={lr}-bs={bs}-s{seed}" for lr, bs, seed in product(("0.1", "0.01"), (32, 64), (1, 2))]
    head = [f'"{run} - val/acc{end}"' for run in runs for end in ("", "__MIN", "__MAX")]
    lines = [
        [f'"{step}"', *(f'"{step + place / 70:.6f}"' for place in range(len(head)))] for step in range(3)
    ]
    (logs / "export.csv").write_text("\n".join(",".join(each) for each in [['"Step"', *head], *lines]))
    told, study, text = guessed(logs)
    assert study.factors == {"lr": ("0.01", "0.1"), "bs": ("32", "64")}
    assert told["source"] == {"table": "export.csv", "take": "last"}
    assert told["responses"]["Accuracy"]["column"] == "lr={lr}-bs={bs}-s{replicate} - val/acc"
    assert "# Design: 2^2 full factorial, 2 replicates in each of 4 cells (8 runs in all)." in text
    assert rehearse(logs, study).lines[1] == "Runs: 8 in 4 of 4 cells, 0 empty."


def test_a_grid_search_of_scikit_learn_has_a_column_a_split(tmp_path: Path) -> None:
    """cv_results_ as pandas saves it."""
    (logs := tmp_path / "logs").mkdir()
    splits = [f"split{split}_{kind}_score" for kind in ("test", "train") for split in range(3)]
    cells = list(product(("0.1", "1", "10"), ("rbf", "poly")))
    lines = [
        f"{row},{row / 7:.4f},{c},{k},\"{{'C': {c}, 'kernel': '{k}'}}\","
        + ",".join(f"{0.9 - i / 100 - row / 70:.5f}" for i in range(6))
        for row, (c, k) in enumerate(cells)
    ]
    head = f",mean_fit_time,param_C,param_kernel,params,{','.join(splits)}"
    (logs / "results.csv").write_text("\n".join([head, *lines]))
    told, study, text = guessed(logs)
    assert study.factors == {"C": ("0.1", "1", "10"), "kernel": ("poly", "rbf")}
    assert (told["replicates"], told["block"]) == (3, ["replicate"])
    assert told["source"]["columns"]["kernel"] == "param_kernel"
    assert [each["column"] for each in told["responses"].values()] == [
        "split{replicate}_test_score",
        "split{replicate}_train_score",
    ]
    assert "# Design: 3 x 2 full factorial, 3 replicates in each of 6 cells (18 runs in all)." in text
    assert "split0_test_score" not in text


def test_quantiles_in_whole_units_are_results_and_rows_that_no_step_counts_are_asked_about(
    tmp_path: Path,
) -> None:
    """As locust writes a summary a run: a row a request, the total last, quantiles in whole milliseconds."""
    quantiles = iter(["9", "9", "9", "12", "21", "21", "9", "30"])
    for users, work, run in product((2, 4), (1, 2), (1, 2)):
        folder = tmp_path / "logs" / f"users={users}" / f"work={work}" / str(run)
        folder.mkdir(parents=True)
        told = f"{users * work + run / 7:.4f},{next(quantiles)}"
        (folder / "out_stats.csv").write_text(f"Name,Requests/s,Wait,99%\nop,{told},3\nAggregated,{told},3\n")
    _, study, text = guessed(tmp_path / "logs")
    assert study.factors == {"users": ("2", "4"), "work": ("1", "2")}
    assert "# No factor: Wait (9, ...), falls as it likes into the cells of the path." in text
    assert (
        "# ? Up to 2 rows a file, of which the last counts; of Name (op, ... Aggregated) keep one by `where`."
        in text
    )


@pytest.mark.parametrize(
    ("head", "beside", "unit", "line"),
    [
        ("real_time", ("time_unit", "ns"), "ns", 'unit = "ns"'),
        ("score", ("scoreUnit", "ops/s"), "ops/s", 'unit = "ops/s"'),
        ("run_time", ("unit", "7"), "s", 'unit = "s"  # ? by its name'),  # an experimental unit
        ("took_ms", ("host", "a"), "ms", 'unit = "ms"'),
    ],
)
def test_a_unit_is_what_is_stated_before_what_a_name_suggests(
    head: str, beside: tuple[str, str], unit: str, line: str, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    rows = [f"{a},{b},{a * b + i / 7},{beside[1]}" for i in range(2) for a in (1, 2) for b in (16, 32)]
    (tmp_path / "logs" / "r.csv").write_text("\n".join([f"cpus,mem,{head},{beside[0]}", *rows]))
    told, _, text = guessed(tmp_path / "logs")
    assert [each["unit"] for each in told["responses"].values()] == [unit]
    assert line in text.splitlines()


def test_names_that_would_end_a_text_or_a_comment(tmp_path: Path) -> None:
    rows = observed({"q": ['a"b', "c\\d"], "w": ["x]", "y#"]}, 2)
    write(
        tmp_path / "logs",
        rows,
        lambda e: f"q={e.levels['q']},w={e.levels['w']},{{odd}}\n,seed={e.replicate}",
        'tag "x" # [factors]\\',
    )
    _, study, _ = guessed(tmp_path / "logs")
    assert study.factors["q"] == ('a"b', "c\\d")
    assert [each.metric for each in study.responses.values() if each.metric] == ['tag "x" # [factors]\\']


def test_what_is_nan_everywhere_is_no_response(tmp_path: Path) -> None:
    OF_TOOLS["mlflow_folders"].write(tmp_path / "logs")
    assert list(guessed(tmp_path / "logs")[1].responses) == ["Accuracy", "wall"]


def test_names_keep_their_letters_and_lose_their_units(tmp_path: Path) -> None:
    OF_TOOLS["german_excel"].write(tmp_path / "logs")
    told, study, _ = guessed(tmp_path / "logs")
    assert list(study.factors) == ["Kühlung", "Drehzahl"]
    assert told["source"]["columns"]["Drehzahl"] == "Drehzahl [1/min]"
    assert told["responses"]["Rauheit"] == {"column": "Rauheit [µm]", "unit": "µm"}


def test_middle_levels_that_come_together_are_the_centre(tmp_path: Path) -> None:
    OF_TOOLS["minitab_worksheet"].write(tmp_path / "logs")
    told, study, _ = guessed(tmp_path / "logs")
    assert told["center"] == {"Temp": "160", "Time": "30"}
    assert study.factors == {"Temp": ("150", "170"), "Time": ("20", "40")}


def test_nothing_that_can_be_a_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("nothing")
    with pytest.raises(UsageError, match="found no event files, no result files"):
        guess_studies(tmp_path, "mine")


def test_runs_that_differ_in_nothing_are_refused(tmp_path: Path) -> None:
    rows = observed({"q": ["1", "2"]}, 2)
    write(tmp_path, rows, lambda e: f"{e.begun:%Y%m%d-%H%M%S}")
    with pytest.raises(UsageError, match="nothing that varies between them"):
        guess_studies(tmp_path, "mine")


def test_of_a_workbook_the_sheet_with_most_rows_is_looked_at(tmp_path: Path) -> None:
    """The workbook was written by openpyxl (tests/flows/reading/records/record_workbook.py)."""
    shutil.copy(
        RECORDED.parents[1] / "flows" / "reading" / "records" / "openpyxl.xlsx", tmp_path / "runs.xlsx"
    )
    sheet = read_sheet(tmp_path, "runs.xlsx")
    assert sheet is not None and sheet.place == {"sheet": "runs"}
    assert sheet.texts["lr"][:1] == ["0.1"] and len(sheet.texts["lr"]) == 4


def test_columns_whose_names_read_as_aliases_become_factors_with_others(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    levels = [(lr, batch) for lr in ("0.1", "0.2") for batch in ("32", "64")]
    rows = [f"{i},{lr},{batch},0.{i}71" for i, (lr, batch) in enumerate(levels * 2)]
    (logs / "r.csv").write_text("\n".join(["id,lr - start,+batch,acc", *rows]) + "\n")
    told, _, _ = guessed(logs)
    assert told["factors"].keys() == {"lr_start", "batch"}
    assert told["source"]["columns"] == {"lr_start": "lr - start", "batch": "+batch"}
