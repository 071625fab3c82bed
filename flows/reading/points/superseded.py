"""Which point of a series and step counts: the one that was written last."""

import numpy as np
import numpy.typing as npt
import polars as pl


def is_superseded(rows: pl.DataFrame) -> pl.Series:
    """Whether a later row has the same container, tag and step.

    Where the steps of a tag in a container only grow, which is nearly everywhere, none has; the others are compared.
    """
    keys = keys_of(rows)
    odd = keys_that_go_back(keys, rows["step"].to_numpy())
    result = np.zeros(keys.size, np.bool_)
    if odd.size:
        places = np.flatnonzero(np.isin(keys, odd))
        close = rows[places].select(~pl.struct("container", "tag", "step").is_last_distinct()).to_series()
        result[places] = close.to_numpy()
    return pl.Series(result)


def at_one_step(rows: pl.DataFrame, is_repeated: pl.Series) -> set[tuple[int, int]]:
    """The (container, tag) of which all rows stand at one step, some of them superseded."""
    if not is_repeated.any():
        return set()
    repeated = rows.filter(is_repeated).select("container", "tag").unique()
    steps = rows.join(repeated, on=["container", "tag"], how="semi").group_by("container", "tag")
    stuck = steps.agg(pl.col("step").n_unique()).filter(pl.col("step") == 1)
    return set(stuck.select("container", "tag").rows())


def keys_of(rows: pl.DataFrame) -> npt.NDArray[np.int64]:
    """A number for each container and tag."""
    container, tag = (rows[name].to_numpy() for name in ("container", "tag"))
    places = (container - container.min(initial=0)).astype(np.int64)
    keys: npt.NDArray[np.int64] = places * (tag.max(initial=0) + 1) + tag
    return keys


def keys_that_go_back(keys: npt.NDArray[np.int64], steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    # NumPy sorts two bytes in linear time.
    order = np.argsort(keys.astype(np.uint16) if keys.max(initial=0) < 1 << 16 else keys, kind="stable")
    before, after = order[:-1], order[1:]
    return np.unique(keys[after[(keys[before] == keys[after]) & (steps[after] <= steps[before])]])
