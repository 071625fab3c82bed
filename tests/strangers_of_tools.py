"""What programs and their exports leave on a disk, each with the study file that reads it and what its runs observed.

The numbers are those of `tests/layouts.py`, which are made up; the shapes are what the programs write.
"""

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from tests.layouts import Observed
from tests.strangers import (
    COLUMNS,
    HEAD,
    LR,
    MEASURED,
    Stranger,
    by_cell,
    runs,
    table,
    values,
    without_seconds,
)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def levels(each: Observed) -> list[str]:
    return list(each.levels.values())


def whole_seconds(each: Observed) -> Observed:
    return each._replace(seconds=float(round(each.seconds)))


def clock(each: Observed) -> str:
    return str(timedelta(seconds=round(each.seconds))).rjust(8, "0")


def mlflow_folders(logs: Path) -> list[Observed]:
    """MLflow's file store: a file a parameter, a file a metric with a line `ms value step` each time it was logged."""
    rows = runs()
    for each in rows:
        run = logs / "mlruns" / "472" / each.job.replace("-", "")
        for key, value in zip(HEAD, values(each)[:3], strict=True):
            write(run / "params" / key, str(value))
        for key, value in (("val_acc", each.accuracy), ("wall", each.seconds)):
            lines = (f"{each.second * 1000 + i} {value - (3 - i) * 0.5} {i}\n" for i in range(4))
            write(run / "metrics" / key, "".join(lines))
        write(run / "metrics" / "train_loss", f"{each.second * 1000} nan 0\n")
        write(run / "meta.yaml", f"start_time: {each.second * 1000}\nstatus: 3\nrun_id: {each.job}\n")
        write(run / "tags" / "mlflow.runName", f"sweep {each.number}")
    return rows


def wandb_export(logs: Path) -> list[Observed]:
    rows = runs()
    cells: list[list[Any]] = [
        [f"fresh-sweep-{each.number}", "finished", "-", "ana", "", f"{each.begun:%Y-%m-%dT%H:%M:%S}.000Z", each.seconds,
         "x1", each.levels["bs"], each.levels["lr"], each.replicate, "9", each.accuracy, 0.31 + each.number / 1000]
        for each in rows
    ]  # fmt: skip
    cells.insert(2, ["bad-1", "crashed", *cells[3][2:12], "", 2.5])
    head = [
        "Name",
        "State",
        "Notes",
        "User",
        "Tags",
        "Created",
        "Runtime",
        "Sweep",
        "bs",
        "lr",
        "seed",
        "epoch",
        "val/acc",
        "train/loss",
    ]
    table(logs / "wandb_export.csv", [head, *cells])
    return rows


def optuna_trials(logs: Path) -> list[Observed]:
    """study.trials_dataframe().to_csv()"""
    rows = runs()
    form = "%Y-%m-%d %H:%M:%S.%f"
    cells: list[list[Any]] = [
        [each.number, each.number, each.accuracy, each.begun.strftime(form), each.ended.strftime(form),
         each.ended - each.begun, each.levels["bs"], each.levels["lr"], each.replicate, "COMPLETE"]
        for each in rows
    ]  # fmt: skip
    cells.append([12, 12, "", *cells[5][3:9], "FAIL"])
    head = [
        "",
        "number",
        "value",
        "datetime_start",
        "datetime_complete",
        "duration",
        "params_bs",
        "params_lr",
        "params_seed",
        "state",
    ]
    table(logs / "trials.csv", [head, *cells])
    return rows


def keras_csv_logger(logs: Path) -> list[Observed]:
    """keras.callbacks.CSVLogger("training.log"): a table by another name."""
    rows = runs()
    for each in rows:
        folder = logs / f"lr{each.levels['lr']}_bs{each.levels['bs']}_run{each.replicate}"
        lines = (f"{i},{each.accuracy - i},{1 / (i + 1)},{each.accuracy - 4 + i}\n" for i in range(5))
        write(folder / "training.log", f"epoch,accuracy,loss,val_accuracy\n{''.join(lines)}")
    return without_seconds(rows)


SIZES = {"size": ["64", "4096"], "threads": ["1", "2", "4"]}


def google_benchmark(logs: Path) -> list[Observed]:
    """--benchmark_repetitions=3 --benchmark_format=json: levels in the name, means beside what they are the means of."""
    rows = runs(SIZES)
    told = []
    for each in rows:
        name = f"BM_copy/{each.levels['size']}/{each.levels['threads']}"
        told.append(
            {"name": name, "run_name": name, "run_type": "iteration", "repetitions": 3, "time_unit": "ns",
             "repetition_index": each.replicate - 1, "iterations": 1000 + each.number, "real_time": each.accuracy,
             "cpu_time": each.seconds}
        )  # fmt: skip
        told += [
            {"name": f"{name}_{kind}", "run_name": name, "run_type": "aggregate", "aggregate_name": kind,
             "repetitions": 3, "time_unit": "ns", "iterations": 3, "real_time": 1.0, "cpu_time": 2.0}
            for kind in (("mean", "stddev") if each.replicate == 3 else ())
        ]  # fmt: skip
    context = {"date": "2026-05-04T07:00:00+02:00", "num_cpus": 4, "caches": [{"type": "Data", "level": 1}]}
    write(logs / "bench.json", json.dumps({"context": context, "benchmarks": told}, indent=2))
    return rows


JMH = {"size": ["100", "10000"], "impl": ["array", "linked"]}


def jmh_forks(logs: Path) -> list[Observed]:
    """-rf json: the values of each fork in a list of their own."""
    rows = runs(JMH, 4)
    told = []
    for cell, own in by_cell(rows).items():
        raw = [each.accuracy for each in own]
        metric = {
            "score": sum(raw) / 4,
            "scoreError": "NaN",
            "scoreUnit": "ops/s",
            "rawData": [raw[:2], raw[2:]],
        }
        params = dict(zip(JMH, cell, strict=True))
        told.append({"benchmark": "B.iterate", "forks": 2, "params": params, "primaryMetric": metric})
    write(logs / "jmh.json", json.dumps(told))
    return without_seconds(rows)


def jmh_table(logs: Path) -> list[Observed]:
    """-rf csv"""
    rows = runs(JMH, 1)
    cells = [
        ["B.iterate", "thrpt", 1, 5, each.accuracy, 0.3 + each.number / 7, "ops/s", *levels(each)]
        for each in rows
    ]
    head = ["Benchmark", "Mode", "Threads", "Samples", "Score", "Score Error (99.9%)", "Unit"]
    table(logs / "jmh.csv", [[*head, "Param: size", "Param: impl"], *cells])
    return without_seconds(rows)


VUS = {"vus": ["10", "100"], "cache": ["off", "on"]}


def k6_summaries(logs: Path) -> list[Observed]:
    """handleSummary: keys such as `p(95)`."""
    rows = runs(VUS)
    for each in rows:
        trend = {"avg": each.accuracy, "p(95)": each.seconds, "max": 999.5}
        metrics = {
            "http_req_duration": {"type": "trend", "values": trend},
            "http_reqs": {"type": "counter", "values": {"count": 100 + each.number, "rate": 3.5}},
        }
        name = f"summary_vus{each.levels['vus']}_cache-{each.levels['cache']}_{each.replicate}.json"
        write(logs / name, json.dumps({"state": {"testRunDurationMs": 3e4}, "metrics": metrics}))
    return rows


USERS = {"users": ["10", "100"], "workers": ["1", "2"]}


def locust_stats(logs: Path) -> list[Observed]:
    """--csv: the row `Aggregated` is the run; other files beside it."""
    rows = runs(USERS)
    for each in rows:
        begin = f"u{each.levels['users']}_w{each.levels['workers']}_r{each.replicate}"
        lines = [
            "Type,Name,Request Count,Average Response Time,Requests/s,50%,95%",
            f"GET,/,{10 + each.number},1.5,1.2,12,33",
            f"GET,/x,{10 + each.number},1.5,1.2,12,33",
            f",Aggregated,{20 + each.number},{each.accuracy},{each.seconds},12,33",
        ]
        write(logs / f"{begin}_stats.csv", "\n".join(lines) + "\n")
        write(logs / f"{begin}_failures.csv", "Method,Name,Error,Occurrences\n")
    return rows


GC = {"threads": ["5", "50"], "gc": ["G1", "ZGC"]}


def jmeter_samples(logs: Path) -> list[Observed]:
    """A line a request: their mean is what the run observed."""
    rows = []
    for each in runs(GC):
        took = [round(each.accuracy * 3) + i for i in range(-2, 3)]
        lines = (f"{each.second * 1000 + i * 900},{ms},home,200,true\n" for i, ms in enumerate(took))
        name = f"gc_{each.levels['gc']}_threads_{each.levels['threads']}_{each.replicate}.jtl"
        write(logs / name, f"timeStamp,elapsed,label,responseCode,success\n{''.join(lines)}")
        rows.append(each._replace(accuracy=sum(took) / 5, seconds=float("nan")))
    return rows


PERF = {"O": ["2", "3"], "t": ["1", "2"]}


def perf_stat(logs: Path) -> list[Observed]:
    """perf stat -x, -o: no names, a line a counter, a comment on top."""
    rows = runs(PERF)
    for each in rows:
        lines = [
            "# started on Mon May  4 07:00:00 2026", "",
            f"{each.accuracy},msec,task-clock,1000,100.00,0.99,CPUs utilized",
            "<not supported>,,LLC-loads,0,100.00,,",
            f"{each.seconds},,cycles,99,100.00,,",
        ]  # fmt: skip
        write(
            logs / f"perf_O{each.levels['O']}_t{each.levels['t']}_{each.replicate}.csv",
            "\n".join(lines) + "\n",
        )
    return rows


def sacct_parsable(logs: Path) -> list[Observed]:
    """sacct -p: a bar behind the last cell."""
    rows = [whole_seconds(each)._replace(accuracy=float(round(each.accuracy * 1000))) for each in runs()]
    lines = ["JobID|JobName|State|Elapsed|MaxRSS|"]
    for each in rows:
        name = f"lr{each.levels['lr']}_bs{each.levels['bs']}_s{each.replicate}"
        lines.append(f"{100 + each.number}|{name}|COMPLETED|{clock(each)}|{each.accuracy:.0f}K|")
    lines.insert(4, "99|lr0.1_bs32_s9|CANCELLED by 1000|00:00:01||")
    write(logs / "sacct.txt", "\n".join(lines) + "\n")
    return rows


def sacct_drawn(logs: Path) -> list[Observed]:
    """sacct: columns to the right, a rule below the names."""
    rows = without_seconds(runs())
    lines = [
        f"{'JobID':>12} {'JobName':>20} {'State':>10} {'score':>20} ",
        f"{'-' * 12} {'-' * 20} {'-' * 10} {'-' * 20} ",
    ]
    for each in rows:
        name = f"lr{each.levels['lr']}_bs{each.levels['bs']}_s{each.replicate}"
        lines.append(f"{100 + each.number:<12} {name:>20} {'COMPLETED':>10} {each.accuracy:>20} ")
    write(logs / "jobs.txt", "\n".join(lines) + "\n")
    return rows


def r_write_table(logs: Path) -> list[Observed]:
    """write.table(results, "results.txt"): the names of rows have no name."""
    rows = runs()
    lines = (f'"{each.number + 1}" {" ".join(map(str, values(each)))}\n' for each in rows)
    write(logs / "results.txt", f'"lr" "bs" "seed" "accuracy" "seconds"\n{"".join(lines)}')
    return rows


NETS = {"net": ["small net", "large"], "bs": ["32", "128"]}


def r_write_table_with_blanks(logs: Path) -> list[Observed]:
    rows = runs(NETS)
    lines = (f'"{e.number + 1}" "{e.levels["net"]}" {" ".join(map(str, values(e)[1:]))}\n' for e in rows)
    write(logs / "results.dat", f'"net" "bs" "seed" "accuracy" "seconds"\n{"".join(lines)}')
    return rows


OVEN = {"Temp": ["150", "170"], "Time": ["20", "40"]}


def minitab_worksheet(logs: Path) -> list[Observed]:
    """StdOrder, RunOrder, CenterPt and Blocks beside the factors; runs at the centre."""
    rows = runs(OVEN, 2)
    order = list(rows)
    random.Random(3).shuffle(order)
    cells = [
        [each.number + 1, i, 1, each.replicate, *levels(each), each.accuracy]
        for i, each in enumerate(order, 1)
    ]
    cells.insert(3, [9, 9, 0, 1, "160", "30", 80.25])
    cells.append([10, 10, 0, 2, "160", "30", 80.5])
    table(logs / "doe.csv", [["StdOrder", "RunOrder", "CenterPt", "Blocks", "Temp", "Time", "Yield"], *cells])
    centre = rows[0]._replace(levels={"Temp": "160", "Time": "30"})
    return without_seconds([*rows, *(centre._replace(accuracy=each) for each in (80.25, 80.5))])


def design_expert(logs: Path) -> list[Observed]:
    """Three lines of names: factor or response, its name, its unit."""
    rows = runs(OVEN, 2)
    head = [
        ["", "", "Factor 1", "Factor 2", "Response 1", "Response 2"],
        ["Std", "Run", "A:Temp", "B:Time", "Yield", "Purity"],
        ["", "", "deg C", "min", "%", "%"],
    ]
    cells = ([each.number + 1, i, *values(each)[:2], *values(each)[3:]] for i, each in enumerate(rows, 1))
    table(logs / "dx.csv", [*head, *cells])
    return rows


CODED = {"Temp": ["150", "170"], "Time": ["20", "40"], "Cat": ["1.5", "2.5"]}


def coded_beside_real(logs: Path) -> list[Observed]:
    rows = runs(CODED, 2)
    cells = [
        [each.number + 1, *(("-1", "+1")[CODED[key].index(level)] for key, level in each.levels.items()),
         *levels(each), each.accuracy]
        for each in rows
    ]  # fmt: skip
    table(logs / "coded.csv", [["run", "A", "B", "C", "Temp", "Time", "Cat", "y"], *cells])
    return without_seconds(rows)


def names_again_and_again(logs: Path) -> list[Observed]:
    """cat */results.csv > all.csv"""
    rows = runs()
    head = [*HEAD, "accuracy", "seconds"]
    table(
        logs / "all.csv",
        (line for each in rows for line in ([head] * (each.number % 3 == 0) + [values(each)])),
    )
    return rows


def keras_history(logs: Path) -> list[Observed]:
    """A folder a moment; lists of values, one an epoch."""
    rows = runs()
    for each in rows:
        folder = logs / f"{each.begun:%Y-%m-%d_%H-%M-%S}"
        config = {"lr": float(each.levels["lr"]), "bs": int(each.levels["bs"]), "seed": each.replicate}
        history = {
            "val_accuracy": [each.accuracy - 2, each.accuracy + 1, each.accuracy],
            "train_time": each.seconds,
        }
        write(folder / "config.json", json.dumps(config))
        write(folder / "history.json", json.dumps(history))
    return rows


def markdown(logs: Path) -> list[Observed]:
    rows = runs()
    lines = ["# Results", "", "| lr | bs | seed | accuracy | seconds |", "|----|---:|:---|:----:|----|"]
    lines += ["| " + " | ".join(map(str, values(each))) + " |" for each in rows]
    write(logs / "results.md", "\n".join([*lines[2:], "", "Mean of all: see above."]) + "\n")
    return rows


def drawn_for_people(logs: Path) -> list[Observed]:
    """tabulate's simple form."""
    rows = runs()
    lines = ["  lr    bs    seed    accuracy    seconds", "----  ----  ------  ----------  ---------"]
    lines += ["  ".join(f"{cell!s:>18}" for cell in values(each)) for each in rows]
    write(logs / "results.txt", "\n".join(lines) + "\n")
    return rows


def commas_and_units(logs: Path) -> list[Observed]:
    rows = runs()
    cells = (
        [each.levels["lr"].replace(".", ","), each.levels["bs"], each.replicate, f"{each.accuracy} %".replace(".", ","),
         f"{each.seconds} s".replace(".", ",")]
        for each in rows
    )  # fmt: skip
    table(logs / "res.csv", [[*HEAD, "accuracy", "seconds"], *cells], ";")
    return rows


KUEHLUNG = {"Kühlung": ["an", "aus"], "Drehzahl": ["500", "1000"]}


def german_excel(logs: Path) -> list[Observed]:
    """As Excel saves CSV in Germany: cp1252, semicolons, decimal commas, days first, units in the names."""
    rows = [whole_seconds(each) for each in runs(KUEHLUNG)]
    lines = ["Messreihe 4: Rauheit", "", "Kühlung;Drehzahl [1/min];Wdh;Beginn;Ende;Rauheit [µm]"]
    for each in rows:
        ended = each.begun + timedelta(seconds=each.seconds)
        stamps = [f"{at:%d.%m.%Y %H:%M:%S}" for at in (each.begun, ended)]
        lines.append(
            ";".join([*levels(each), str(each.replicate), *stamps, str(each.accuracy).replace(".", ",")])
        )
    logs.mkdir(parents=True)
    (logs / "Messung.csv").write_bytes("\r\n".join([*lines, ""]).encode("cp1252"))
    return rows


OPT = {"opt": ["sgd", "adam"], "lr": ["0.1", "0.01"]}


def settings_at_two_depths(logs: Path) -> list[Observed]:
    rows = runs(OPT)
    for each in rows:
        sweep = logs / {"sgd": "sweep-7f3a", "adam": "sweep-91bc"}[each.levels["opt"]]
        trial = sweep / f"trial_{each.number}"
        write(sweep / "params.json", json.dumps({"opt": each.levels["opt"]}))
        write(trial / "params.json", json.dumps({"lr": float(each.levels["lr"]), "seed": each.replicate}))
        write(trial / "metrics.json", json.dumps({"acc": each.accuracy, "seconds": each.seconds}))
    return rows


def runs_side_by_side(logs: Path) -> list[Observed]:
    """A column a run."""
    rows = runs()
    columns = pd.DataFrame(
        [values(each) for each in rows],
        columns=[*HEAD, "accuracy", "seconds"],
        index=[f"Run {each.number + 1}" for each in rows],
        dtype=object,
    )
    logs.mkdir(parents=True)
    columns.T.to_csv(logs / "t.csv")
    return rows


def lines_with_errors(logs: Path) -> list[Observed]:
    """A line of JSON a run; a run that failed has an error and no values."""
    rows = runs()
    lines: list[dict[str, object]] = [
        {
            "args": {"lr": float(each.levels["lr"]), "bs": int(each.levels["bs"]), "seed": each.replicate},
            "result": {"accuracy": each.accuracy, "seconds": each.seconds},
            "error": None,
        }
        for each in rows
    ]
    lines.insert(5, {"args": {"lr": 0.1, "bs": 32, "seed": 1}, "result": None, "error": "out of memory"})
    write(logs / "log.jsonl", "".join(json.dumps(each) + "\n" for each in lines))
    return rows


def printed_epochs(logs: Path) -> list[Observed]:
    """What a training printed: a line a number, the same names every epoch, prose between."""
    rows = runs()
    for each in rows:
        epochs = (
            f"--- epoch {i} of 4 ---\nval acc: {each.accuracy - 4 + i} (best so far)\nelapsed: {each.seconds * i / 4} s\n"
            for i in (1, 2, 3, 4)
        )
        name = f"lr{each.levels['lr']}_bs{each.levels['bs']}_{each.replicate}.out"
        write(logs / name, f"loading http://data/x: done\n{''.join(epochs)}saved the model\n")
    return rows


def failed_files(logs: Path) -> list[Observed]:
    """A JSON file a run; one failed and was run again."""
    rows = runs()
    for each in [*rows, rows[4]]:
        is_failed = (logs / f"run_{each.number:02d}").exists()
        told = {
            "config": {"lr": float(each.levels["lr"]), "bs": int(each.levels["bs"]), "seed": each.replicate},
            "host": f"node{each.number % 2}",
            "status": "FAILED" if is_failed else "OK",
            "started": each.begun.isoformat(),
            "finished": None if is_failed else each.ended.isoformat(),
            "final": None if is_failed else {"accuracy": each.accuracy},
            "error": "CUDA out of memory" if is_failed else None,
        }
        write(logs / f"run_{99 if is_failed else each.number:02d}" / "result.json", json.dumps(told))
    return rows


def measured(accuracy: str, seconds: str = "", word: str = "column", more: str = "") -> str:
    """Two responses, or the first alone."""
    text = f"\n[responses.Accuracy]\n{word} = '{accuracy}'\n{more}"
    return f"{text}\n[responses.Seconds]\n{word} = '{seconds}'\nunit = 's'\n" if seconds else text


FROM_NAME = 'levels = { column = "JobName", pattern = "lr{lr}_bs{bs}_s{replicate}" }'
BETWEEN = '\n[responses.Seconds]\nbetween = ["start", "stop"]\n'
OF_TOOLS: dict[str, Stranger] = {
    "mlflow_folders": Stranger(
        mlflow_folders,
        'files = "mlruns/*/{container}/metrics/*"\nheader = 0\nseparator = " "\nnames = "$file"\nvalues = "2"\n'
        'step = "3"\nlevels = { folder = "params", replicate = "seed" }',
        measured("val_acc", "wall"),
    ),
    "wandb_export": Stranger(
        wandb_export,
        f'table = "wandb_export.csv"\nwhere = {{ State = "finished" }}\n{COLUMNS}',
        measured("val/acc", "Runtime"),
    ),
    "optuna_trials": Stranger(
        optuna_trials,
        'table = "trials.csv"\nwhere = { state = "COMPLETE" }\n'
        'columns = { lr = "params_lr", bs = "params_bs", replicate = "params_seed" }',
        measured("value", "duration"),
    ),
    "keras_csv_logger": Stranger(
        keras_csv_logger,
        'files = "lr{lr}_bs{bs}_run{replicate}/training.log"\nstep = "epoch"',
        measured("val_accuracy"),
    ),
    "google_benchmark": Stranger(
        google_benchmark,
        'table = "bench.json"\nrows = "benchmarks"\nwhere = { run_type = "iteration" }\n'
        'levels = { column = "name", pattern = "BM_copy/{size}/{threads}" }\n'
        'columns = { replicate = "repetition_index" }',
        measured("real_time", "cpu_time", "key"),
        SIZES,
    ),
    "jmh_forks": Stranger(
        jmh_forks,
        'table = "jmh.json"\neach = ["primaryMetric.rawData"]\n'
        'columns = { size = "params.size", impl = "params.impl" }',
        measured("primaryMetric.rawData", word="key"),
        JMH,
    ),
    "jmh_table": Stranger(
        jmh_table,
        'table = "jmh.csv"\ncolumns = { size = "Param: size", impl = "Param: impl" }',
        measured("Score"),
        JMH,
    ),
    "k6_summaries": Stranger(
        k6_summaries,
        'files = "summary_vus{vus}_cache-{cache}_{replicate}.json"',
        measured("metrics.http_req_duration.values.avg", 'metrics.http_req_duration.values."p(95)"', "key"),
        VUS,
    ),
    "locust_stats": Stranger(
        locust_stats,
        'files = "u{users}_w{workers}_r{replicate}_stats.csv"\nwhere = { Name = "Aggregated" }',
        measured("Average Response Time", "Requests/s"),
        USERS,
    ),
    "jmeter_samples": Stranger(
        jmeter_samples,
        'files = "gc_{gc}_threads_{threads}_{replicate}.jtl"\ntime = "timeStamp"',
        measured("elapsed", more='reduce = "mean"'),
        GC,
    ),
    "perf_stat": Stranger(
        perf_stat,
        'files = "perf_O{O}_t{t}_{replicate}.csv"\nheader = 0\nnames = "3"\nvalues = "1"',
        measured("task-clock", "cycles"),
        PERF,
    ),
    "sacct_parsable": Stranger(
        sacct_parsable,
        f'table = "sacct.txt"\nwhere = {{ State = "COMPLETED" }}\n{FROM_NAME}',
        measured("MaxRSS", "Elapsed", more='unit = "K"'),
    ),
    "sacct_drawn": Stranger(sacct_drawn, f'table = "jobs.txt"\n{FROM_NAME}', measured("score")),
    "r_write_table": Stranger(r_write_table, f'table = "results.txt"\n{COLUMNS}'),
    "r_write_table_with_blanks": Stranger(
        r_write_table_with_blanks,
        'table = "results.dat"\ncolumns = { net = "net", bs = "bs", replicate = "seed" }',
        factors=NETS,
    ),
    "minitab_worksheet": Stranger(
        minitab_worksheet,
        'table = "doe.csv"\ncolumns = { Temp = "Temp", Time = "Time", replicate = "Blocks" }',
        measured("Yield"),
        OVEN,
        'center = { Temp = "160", Time = "30" }',
    ),
    "design_expert": Stranger(
        design_expert,
        'table = "dx.csv"\nheader = [1, 2, 3]\n'
        'columns = { Temp = "Factor 1.A:Temp.deg C", Time = "Factor 2.B:Time.min" }',
        measured("Response 1.Yield.%", "Response 2.Purity.%"),
        OVEN,
    ),
    "coded_beside_real": Stranger(
        coded_beside_real,
        'table = "coded.csv"\ncolumns = { Temp = "Temp", Time = "Time", Cat = "Cat" }',
        measured("y"),
        CODED,
    ),
    "names_again_and_again": Stranger(names_again_and_again, f'table = "all.csv"\n{COLUMNS}'),
    "keras_history": Stranger(
        keras_history,
        'files = "*/history.json"\nlevels = { file = "config.json", replicate = "seed" }',
        measured("val_accuracy[-1]", "train_time", "key"),
    ),
    "markdown": Stranger(markdown, f'table = "results.md"\n{COLUMNS}'),
    "drawn_for_people": Stranger(drawn_for_people, f'table = "results.txt"\n{COLUMNS}'),
    "commas_and_units": Stranger(
        commas_and_units,
        f'table = "res.csv"\ndecimal = ","\n{COLUMNS}',
        MEASURED.replace('"accuracy"', '"accuracy"\nunit = "%"') + 'unit = "s"',
    ),
    "german_excel": Stranger(
        german_excel,
        'table = "Messung.csv"\nencoding = "cp1252"\nheader = 3\ndecimal = ","\ndates = "%d.%m.%Y %H:%M:%S"\n'
        'columns = { "Kühlung" = "Kühlung", Drehzahl = "Drehzahl [1/min]", replicate = "Wdh", start = "Beginn", '
        'stop = "Ende" }',
        measured("Rauheit [µm]") + BETWEEN,
        KUEHLUNG,
    ),
    "settings_at_two_depths": Stranger(
        settings_at_two_depths,
        'files = "sweep-*/trial_*/metrics.json"\n'
        'levels = { file = ["params.json", "../params.json"], replicate = "seed" }',
        measured("acc", "seconds", "key"),
        OPT,
    ),
    "runs_side_by_side": Stranger(runs_side_by_side, f'table = "t.csv"\ntranspose = true\n{COLUMNS}'),
    "lines_with_errors": Stranger(
        lines_with_errors,
        'table = "log.jsonl"\nwhere = { error = "" }\n'
        'columns = { lr = "args.lr", bs = "args.bs", replicate = "args.seed" }',
        measured("result.accuracy", "result.seconds", "key"),
    ),
    "printed_epochs": Stranger(
        printed_epochs,
        'files = "lr{lr}_bs{bs}_{replicate}.out"\nheader = 0\nseparator = ":"\nnames = "1"\nvalues = "2"',
        measured("val acc", "elapsed", more='reduce = "last"\n') + 'reduce = "max"\n',
        LR,
    ),
    "failed_files": Stranger(
        failed_files,
        'files = "run_*/result.json"\nwhere = { status = "OK" }\n'
        'columns = { lr = "config.lr", bs = "config.bs", replicate = "config.seed", start = "started", '
        'stop = "finished" }',
        measured("final.accuracy", word="key") + BETWEEN,
        LR,
    ),
}
