"""One model's pictures as SVG, the same bytes each time: whatever is drawn is rounded to the digits that are written.

A picture is as wide as a phone, so that its letters are nowhere smaller than they are drawn.
"""

import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

from passage.evaluation import odds, plots
from passage.evaluation.palette import BLUE, GREY, INK, LABEL, PAPER, REGIONS, SHADE, VERMILION
from passage.evaluation.vocabulary import Vocabulary
from passage.model.classifier import Classifier
from passage.model.scaler import Scaler

MARKERS = {0: ("s", VERMILION), 1: ("o", BLUE)}
PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9)
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "exam-passage",
    "svg.fonttype": "none",  # letters stay letters: small files, and text that can be searched
    "text.parse_math": False,  # a name with a dollar is a name
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": PAPER,
    "legend.frameon": False,
}
WIDTH, HEIGHT = 3.3, 2.9  # inches
COUNTED = 99  # rows of a bin, up to which each bin says how many
ONE_BY_ONE = 300  # rows that are drawn as points; of more, bins or a sample
FARTHEST = 1000.0  # times the odds that the picture of coefficients reaches to
SIDE = "training or test"  # the column that says so
LETTERS = 24  # of a name on an axis
BELOW, BESIDE, CELL = 34, 24, 12  # letters of a line below and beside the axes, and at a cell of the confusion matrix
LEGEND = 38  # letters side by side in the legend

Draw = Callable[[Axes], None]


def svg(draw: Draw, height: float = HEIGHT) -> str:
    """Return what `draw` draws, as SVG with a legend below. height: in inches."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        if (legend := axes.get_legend()) is not None:
            legend.remove()
        if labels := axes.get_legend_handles_labels()[1]:
            columns = 2 if sum(sorted(map(len, labels))[-2:]) <= LEGEND else 1
            figure.legend(
                loc="outside lower center", ncols=columns, fontsize="medium", handlelength=1.4, columnspacing=1
            )
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()


def curve(points: pd.DataFrame, rows: pd.DataFrame, classifier: Classifier, words: Vocabulary, band: str = "") -> Draw:
    """Draw the probability along a model's one feature, over the rows.

    points: value, probability; and low and high, the ends of a band, where it has a name in `band`. rows: the feature,
    actual and side (training or test).
    """
    feature = classifier.features[0]

    def draw(axes: Axes) -> None:
        if band:
            axes.fill_between(points["value"], points["low"], points["high"], color=GREY, alpha=0.25, lw=0, label=band)
        axes.plot(points["value"], points["probability"], color=INK, label=words.model)
        axes.axhline(classifier.threshold, color=GREY, linestyle=":", label=f"threshold {classifier.threshold:g}")
        if len(rows) > ONE_BY_ONE:
            shares = rows.groupby(pd.qcut(rows[feature], 20, duplicates="drop"), observed=True)[[feature, "actual"]]
            x, y = shares.mean().map(plots.written).to_numpy().T
            axes.plot(x, y, "D", color=GREY, label=f"share in {len(x)} bins of all {len(rows):,} {words.rows}")
        else:
            _scatter(axes, rows.rename(columns={feature: "x"}).assign(y=rows["actual"]), words)
        outcome = textwrap.fill(_short(words.outcome), CELL + 2)
        _whole_ticks(axes.xaxis, rows[feature])
        axes.set(xlabel=_short(words.axis(feature)), ylabel=f"{words.probability} of\n{outcome}", ylim=(-0.05, 1.05))

    return draw


def regions(rows: pd.DataFrame, classifier: Classifier, scaler: Scaler, words: Vocabulary) -> Draw:
    """Draw the probability over a model's two features, with the rows. rows: the features, actual and side."""
    one, other = classifier.features
    shown = plots.sample(rows, ONE_BY_ONE)
    edges = [_with_margin(shown[name]) for name in (one, other)]
    xx0, xx1 = np.meshgrid(*(np.linspace(least, greatest, 20) for least, greatest in edges))
    grid = scaler.transform(pd.DataFrame({one: xx0.ravel(), other: xx1.ravel()}))
    log_odds = classifier.predict(grid)["log_odds"].to_numpy().reshape(xx0.shape)
    # Log-odds are a plane, so that the lines between the points of the grid are exact.
    names = {float(np.log(share / (1 - share))): f"{share:.0%}" for share in PROBABILITIES}

    def draw(axes: Axes) -> None:
        axes.contourf(xx0, xx1, log_odds, levels=[-1e9, *names, 1e9], cmap=ListedColormap(REGIONS))
        lines = axes.contour(xx0, xx1, log_odds, levels=list(names), colors=LABEL, linewidths=0.6, linestyles="-")
        axes.clabel(lines, fmt=names, colors=LABEL)
        _scatter(axes, shown.rename(columns={one: "x", other: "y"}), words)
        axes.set(xlabel=_short(words.axis(one)), ylabel=_short(words.axis(other)), xlim=edges[0], ylim=edges[1])
        for axis, name in ((axes.xaxis, one), (axes.yaxis, other)):
            _whole_ticks(axis, shown[name])
        if len(shown) < len(rows):
            axes.set_title(f"{len(shown)} of {len(rows):,} {words.rows}, drawn by chance", fontsize="medium")

    return draw


def coefficients(rows: pd.DataFrame, confidence: float, words: Vocabulary) -> Draw:
    """Draw the odds ratios for one standard deviation of each of the strongest columns.

    rows: as plots.coefficients has them.
    """
    shown = plots.strongest(rows).iloc[::-1]
    places = np.arange(len(shown))

    def draw(axes: Axes) -> None:
        axes.axvline(1, color=GREY, linestyle=":")
        limits = pd.Series({"low": 1 / FARTHEST, "high": FARTHEST})
        ends = shown.reindex(columns=limits.index)
        if (known := ends.notna().any(axis="columns")).any():
            estimates = next((shown[name] for name in odds.ESTIMATES if name in shown), np.nan * places)
            ends = ends.fillna(limits).where(known, axis="index").clip(1 / FARTHEST, FARTHEST)  # one end may be known
            low, high = ends["low"], ends["high"]
            axes.hlines(places, low, high, color=INK, linewidth=2)
            interval = f"Firth, {confidence * 100:g} % interval"
            axes.plot(_within_reach(pd.Series(estimates)), places, "D", color=INK, label=interval)
            for end, marker in ((low, "<"), (high, ">")):  # an interval that goes on where the picture ends
                beyond = ~end.between(1 / FARTHEST, FARTHEST, inclusive="neither")
                axes.plot(end[beyond], places[beyond], marker, color=INK)
        own = f"{words.model}'s own estimate"
        axes.plot(_within_reach(shown["odds_ratio"]), places + 0.2, "o", color=GREY, label=own)
        _log_scale(axes)
        names = [_short(name) for name in shown["feature"]]
        axes.set_yticks(places, names)
        axes.set_xlabel(textwrap.fill("times the odds for one standard deviation more", BESIDE))
        axes.set_ylim(-0.6, len(shown) - 0.4)
        if len(shown) < len(rows):
            axes.set_title(f"the strongest {len(shown)} of {len(rows):,}", fontsize="medium")

    return draw


def confusion(counts: Sequence[int], words: Vocabulary) -> Draw:
    """Draw the confusion matrix. counts: true negatives, false positives, false negatives, true positives."""
    matrix = np.reshape(counts, (2, 2))

    def draw(axes: Axes) -> None:
        names = [textwrap.fill(_short(name), CELL) for name in words.classes]
        display = ConfusionMatrixDisplay(matrix, display_labels=names)
        display.plot(ax=axes, colorbar=False, values_format=",d", text_kw={"color": INK, "fontsize": "xx-large"})
        display.im_.remove()  # pixels, whose bytes depend on who packs them
        edges, right = [-0.5, 0.5, 1.5], np.eye(2)
        axes.pcolormesh(edges, edges, right, cmap=ListedColormap([PAPER, SHADE]), edgecolor=GREY)
        axes.set(xlabel="predicted", ylabel="actual")
        if max(map(len, words.classes)) > CELL:
            axes.set_aspect("auto")  # what stands beside a square may be cut off

    return draw


def roc(rows: pd.DataFrame, area: float, pairs: int, words: Vocabulary) -> Draw:
    """Draw the ROC curve. rows: as plots.roc has them. area: below the curve, a share of so many `pairs` of rows."""

    def draw(axes: Axes) -> None:
        display = RocCurveDisplay(fpr=rows["false_positive_rate"], tpr=rows["true_positive_rate"], roc_auc=area)
        display.plot(ax=axes, name=f"{words.model}, {pairs:,} pairs", curve_kwargs={"color": INK})
        axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="by chance")
        no, yes = map(_short, words.classes)
        axes.set_xlabel(textwrap.fill(f"share of {no} predicted {yes}", BELOW))
        axes.set_ylabel(textwrap.fill(f"share of {yes} predicted {yes}", BESIDE))

    return draw


def calibration(rows: pd.DataFrame, words: Vocabulary) -> Draw:
    """Draw what became of rows with like probabilities. rows: as plots.calibration has them."""

    def draw(axes: Axes) -> None:
        probability = rows["probability"].to_numpy()
        display = CalibrationDisplay(rows["share"].to_numpy(), probability, probability)
        least, most = rows["rows"].min(), rows["rows"].max()
        of = f"{least:,.0f}" if least == most else f"{least:,.0f} to {most:,.0f}"
        display.plot(ax=axes, name=f"{words.model}, in {len(rows)} bins of {of} {words.rows}", color=INK)
        for x, y, count in rows[["probability", "share", "rows"]].to_numpy():
            if most <= COUNTED:
                axes.annotate(f"{y * count:.0f}/{count:.0f}", (x, y), (0, 5), textcoords="offset points", ha="center")
        axes.set_xlabel(textwrap.fill(f"mean {words.probability} of {_short(words.outcome)}", BELOW))
        axes.set_ylabel(textwrap.fill(f"share of {_short(words.classes[1])}", BESIDE))
        axes.set_aspect("auto")

    return draw


def thresholds(rows: pd.DataFrame, chosen: float) -> Draw:
    """Draw accuracy, precision and recall over thresholds. rows: as plots.thresholds has them."""

    def draw(axes: Axes) -> None:
        for name, line in {"accuracy": "-", "precision": "--", "recall": "-."}.items():
            axes.plot(rows["threshold"], rows[name], line, color=INK, label=name)
        axes.axvline(chosen, color=GREY, linestyle=":", label=f"threshold {chosen:g}")
        axes.set(xlabel="threshold", ylabel="share", ylim=(-0.05, 1.05))

    return draw


def tried_C(tried: Sequence[Mapping[str, Any]], chosen: float) -> Draw:  # noqa: N802 (scikit-learn's name)
    """Draw the log loss over the values of C. tried: C, log_loss and standard_error of each."""
    C, loss, error = np.array([[one[key] for key in ("C", "log_loss", "standard_error")] for one in tried]).T  # noqa: N806

    def draw(axes: Axes) -> None:
        axes.errorbar(C, loss, error, fmt="o-", color=INK, capsize=3, label="mean of folds ± standard error")
        axes.axvline(chosen, color=GREY, linestyle=":", label=f"chosen: {chosen:g}")
        _log_scale(axes)
        axes.set(xlabel="C (to the left: stronger penalty)", ylabel="log loss of held-out rows (nats)")

    return draw


def _within_reach(ratios: pd.Series) -> pd.Series:
    """Return `ratios`, those that are further off than the picture reaches as missing."""
    return ratios.where(ratios.between(1 / FARTHEST, FARTHEST))


def _log_scale(axes: Axes) -> None:
    """Make the x-axis logarithmic, with plain numbers at its marks: more of them where it spans less."""
    axes.set_xscale("log")
    least, greatest = axes.get_xlim()
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if greatest < 100 * least else (1,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _whole_ticks(axis: Axis, values: pd.Series) -> None:
    """Mark whole numbers alone on an axis of whole numbers: nobody takes half a course."""
    axis.set_major_locator(MaxNLocator("auto", integer=bool((values % 1 == 0).all())))


def _scatter(axes: Axes, rows: pd.DataFrame, words: Vocabulary) -> None:
    """Draw x and y of `rows`: form and colour by what became of them, hollow where they test."""
    for actual, (marker, color) in MARKERS.items():
        for side, inside in (("training", color), ("test", "none")):
            shown = rows[(rows["actual"] == actual) & (rows[SIDE] == side)]
            axes.scatter(
                shown["x"],
                shown["y"],
                s=40,
                marker=marker,
                edgecolors=color,
                facecolors=inside,
                linewidths=1.4,
                clip_on=False,
                label=f"{_short(words.classes[actual])} ({side})",
            )


def _with_margin(values: pd.Series) -> tuple[float, float]:
    least, greatest = values.min(), values.max()
    margin = 0.06 * (greatest - least) or max(1.0, abs(greatest) * 1e-6)
    return least - margin, greatest + margin


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
