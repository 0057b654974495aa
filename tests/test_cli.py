"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from squiggly.cli import main
from squiggly.saving import load

DECAY = "counts = a*exp(-t/tau) + c"
T = np.linspace(0, 9.5, 20)
COUNTS = 3 * np.exp(-T / 1.7) + 0.5 + 0.01 * np.sin(7 * np.arange(20))
TABLES = {
    "decay.csv": "t,counts,err\n" + "".join(f"{t},{y:.6f},{0.01 + t / 1000}\n" for t, y in zip(T, COUNTS)),
    "text.csv": "t,counts\n0,5\n1,oops\n2,3\n3,1\n",
    "gap.csv": "t,counts\n0,5\n1,nan\n2,3\n3,1\n4,0.5\n",
    "one.csv": "t,counts\n0,5\n",
    "few.csv": "t,counts\n0,5\n1,4\n",
    "same.csv": "t,counts\n2,5\n2,4\n2,3\n2,2\n",
    "empty.csv": "",
    "names.csv": "t,counts\n",
    "times.csv": "T0,t,counts\n" + "".join(f"{k},{k},{2 * k}\n" for k in range(5)),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with the tables, and the command run in it."""
    for word, text in TABLES.items():
        (tmp_path / word).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def squiggly(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="squiggly", catch_exceptions=False)


def fitted(*args: str, code: int = 0) -> dict:
    """The JSON of a fit."""
    result = squiggly("fit", *args, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def refused(*args: str) -> str:
    """What stands on stderr after `Error: ` when the exit code is 2 and nothing is on stdout."""
    result = squiggly(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ") and "Traceback" not in result.stderr
    return result.stderr.removeprefix("Error: ").removesuffix("\n")


def values(answer: dict) -> dict[str, float]:
    return {n: p["value"] for n, p in answer["parameters"].items()}


# ------------------------------------------------------------------------------------------------- answers


def test_a_fit_prints_its_table_and_its_verdict():
    result = squiggly("fit", "decay.csv", DECAY)
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[:2] == [DECAY, "data: t, counts · parameters: a, tau, c"]
    assert lines[3].split() == ["value", "error", "95", "%", "interval"]
    assert [line.split()[0] for line in lines[4:7]] == ["a", "tau", "c"]
    assert lines[-1] == "determined: the points fix every parameter."


def test_json_has_these_keys():
    answer = fitted("decay.csv", DECAY)
    assert list(answer) == [
        "version", "formula", "data", "parameters", "loss", "limit", "n", "dropped", "degrees_of_freedom", "reduced_chi_square",
        "r_squared", "aic", "sigma_is", "derivatives", "errors", "left_out", "effort", "verdict",
    ]  # fmt: skip
    assert list(answer["parameters"]["tau"]) == ["value", "error", "low", "high", "fixed"]
    assert answer["data"] == {"inputs": ["t"], "target": "counts", "notes": []}
    assert list(answer["loss"]) == ["name", "value"] and list(answer["verdict"]) == ["ok", "kind", "words"]
    assert (answer["formula"], answer["n"], answer["degrees_of_freedom"]) == (DECAY, 20, 17)


@pytest.mark.parametrize("word", ["jacobian", "hessian", "bootstrap"])
def test_what_errors_are_taken_from_may_be_chosen(word):
    answer = fitted("decay.csv", DECAY, "--errors", word)
    assert answer["errors"]["by"] == word and answer["errors"]["words"].startswith("errors: ")


def test_mae_is_bootstrapped_unasked():
    assert fitted("decay.csv", DECAY, "--loss", "mae")["errors"]["by"] == "bootstrap"


def test_errors_that_a_loss_cannot_have_are_refused_as_they_are_typed():
    assert refused("fit", "decay.csv", DECAY, "--loss", "mae", "--errors", "hessian") == (
        '--errors is "hessian", but the mae loss has no second derivative: it is straight between its kinks\n'
        "hint: leave errors out, or use --errors bootstrap"
    )


@pytest.mark.parametrize("band", ["confidence", "prediction", "none"])
def test_the_band_in_the_picture_may_be_chosen(band, folder):
    assert squiggly("fit", "decay.csv", DECAY, "--plot", "fit.svg", "--band", band).exit_code == 0
    assert (folder / "fit.svg").stat().st_size > 1_000


def test_the_answer_is_the_right_one():
    assert values(fitted("decay.csv", DECAY)) == pytest.approx({"a": 3, "tau": 1.7, "c": 0.5}, abs=0.02)


def test_nothing_in_json_is_nan():
    text = squiggly("fit", "few.csv", "counts = a*t + b", "--json").stdout
    assert "NaN" not in text and json.loads(text)["parameters"]["a"]["error"] is None


def test_exit_code_3_says_that_the_verdict_is_not_ok():
    result = squiggly("fit", "few.csv", "counts = a*t + b")
    assert result.exit_code == 3 and result.stdout.splitlines()[-1].startswith(
        "too few points: 2 points and 2 parameters"
    )


def test_a_start_is_where_the_fit_starts(folder):
    squiggly("fit", "decay.csv", DECAY, "--start", "a=1,tau=2.25,c=0", "--save", "fit.json")
    assert load(folder / "fit.json").history[0].parameters["tau"] == 2.25


def test_starts_may_be_given_one_by_one_or_with_commas():
    one = fitted("decay.csv", DECAY, "--start", "a=2", "--start", "tau=1")
    assert (
        one
        == fitted("decay.csv", DECAY, "--start", "a=2,tau=1")
        == fitted("decay.csv", DECAY, "--start", "a = 2, tau =1")
    )


def test_a_fixed_parameter_stays():
    answer = fitted("decay.csv", DECAY, "--fix", "c=0.5")
    assert answer["parameters"]["c"] == {"value": 0.5, "error": None, "low": None, "high": None, "fixed": True}
    assert answer["degrees_of_freedom"] == 18


def test_a_bound_is_kept_and_said():
    answer = fitted("decay.csv", DECAY, "--bound", "tau=2:", code=3)
    assert answer["parameters"]["tau"]["value"] == 2 and answer["verdict"]["kind"] == "at a bound"
    assert fitted("decay.csv", DECAY, "--bound", "tau=:10,a=0:")["verdict"]["ok"]


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "poisson"])
def test_each_loss_can_be_asked_for(loss):
    answer = fitted("decay.csv", DECAY, "--loss", loss)
    assert answer["loss"]["name"] == loss
    assert values(answer) == pytest.approx({"a": 3, "tau": 1.7, "c": 0.5}, abs=0.05)


def test_sigma_weighs_the_points_and_may_be_known():
    relative = fitted("decay.csv", DECAY, "--sigma", "err")
    known = fitted("decay.csv", DECAY, "--sigma", "err", "--sigma-is", "known")
    assert (relative["sigma_is"], known["sigma_is"]) == ("relative", "known")
    assert values(relative) == values(known) != values(fitted("decay.csv", DECAY))
    scale = relative["reduced_chi_square"] ** 0.5
    assert relative["parameters"]["a"]["error"] == pytest.approx(known["parameters"]["a"]["error"] * scale)


def test_gaps_are_dropped_on_request_and_counted():
    answer = fitted("gap.csv", "counts = a*t + b", "--missing", "drop")
    assert (answer["n"], answer["dropped"]) == (4, 1)
    assert "1 row with gaps dropped" in squiggly("fit", "gap.csv", "counts = a*t + b", "--missing", "drop").stdout


def test_a_name_may_be_said_to_be_a_parameter():
    answer = fitted("times.csv", "counts = a*t + T0*0.1", "--parameter", "T0", code=0)
    assert list(answer["parameters"]) == ["a", "T0"] and answer["data"]["inputs"] == ["t"]


@pytest.mark.parametrize(
    "word, parameters", [("line", ["slope", "intercept"]), ("polynomial(2)", ["c0", "c1", "c2"]), (" relus( 2 )", None)]
)
def test_a_built_in_goes_by_its_name(word, parameters):
    answer = json.loads(squiggly("fit", "decay.csv", word, "--json").stdout)
    assert list(answer["parameters"]) == (parameters or ["c0", "c1", "w1", "t1", "w2", "t2"])
    assert answer["data"] == {"inputs": ["t"], "target": "counts", "notes": []}


def test_a_saved_fit_comes_back(folder):
    result = squiggly("fit", "decay.csv", DECAY, "--save", "fit.json")
    assert (result.exit_code, result.stderr) == (0, "wrote fit.json\n")
    assert load(folder / "fit.json").values == values(fitted("decay.csv", DECAY))


@pytest.mark.parametrize("ending, beginning", [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_picture_is_written(folder, ending, beginning):
    result = squiggly("fit", "decay.csv", DECAY, "--plot", f"fit.{ending}")
    assert (result.exit_code, result.stderr) == (0, f"wrote fit.{ending}\n")
    assert (folder / f"fit.{ending}").read_bytes().startswith(beginning)


@pytest.mark.parametrize("option, word", [("--save", "fit.json"), ("--plot", "fit.svg")])
def test_a_file_that_cannot_be_finished_leaves_the_old_one_whole(folder, monkeypatch, option, word):
    (folder / word).write_text("the old one")
    before = sorted(os.listdir(folder))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("squiggly.files.os.fsync", full)
    result = squiggly("fit", "decay.csv", DECAY, option, word)
    assert result.exit_code == 2
    assert (
        result.stderr
        == f"Error: cannot write {word}: No space left on device\nhint: make room, or choose another disk\n"
    )
    assert (folder / word).read_text() == "the old one" and sorted(os.listdir(folder)) == before


def test_show_prints_the_program_its_derivatives_and_its_typeset_form():
    result = squiggly("show", "a*exp(-t/tau)")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.split("\njavascript\n")[0] == (
        "formula      a*exp(-t/tau)\n"
        "typeset      a \\, \\exp\\left(-\\frac{t}{\\tau}\\right)\n"
        "data         t\n"
        "parameters   a, tau\n"
        "\n"
        "program\n"
        "  %0   parameter    a\n"
        "  %1   input        t\n"
        "  %2   parameter    tau\n"
        "  %3   divide       %1 %2\n"
        "  %4   negative     %3\n"
        "  %5   exp          %4\n"
        "  %6   multiply     %0 %5\n"
        "  return %6\n"
        "\n"
        "derivatives\n"
        "  d/da    exp(-t/tau)\n"
        "  d/dtau  a*exp(-t/tau)*(t/tau/tau)\n"
    )
    assert "      out[i] = p0 * Math.exp(-(x0 / p1));\n" in result.stdout.split("\njavascript\n")[1]


def test_show_takes_the_names_that_are_data():
    shown = squiggly("show", "a*u + b*v", "--input", "u", "--input", "v").stdout.splitlines()
    assert shown[2:4] == ["data         u, v", "parameters   a, b"]


def test_show_takes_a_built_in():
    assert squiggly("show", "relus(1)").stdout.startswith("formula      c0 + c1*x + w1*relu(x - t1)\n")


@pytest.mark.parametrize("command", [[], ["fit"], ["lab"], ["show"]])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_explains_itself_with_an_example(command, flag):
    result = squiggly(*command, flag)
    assert result.exit_code == 0 and result.stdout.startswith("Usage: ")
    assert not command or f"squiggly {command[0]} " in result.stdout.split("Example")[1]


def test_the_version_is_the_packages():
    from importlib.metadata import version

    assert squiggly("--version").stdout == f"squiggly, version {version('squiggly')}\n"


# ------------------------------------------------------------------------------------------------- refusals

LINE = "counts = a*t + b"
WANTED = "a name and a number were expected\nhint:"
LIMITS = "a name, a lowest and a highest value were expected\nhint: --bound a=0: or --bound a=0:10"

REFUSALS: dict[str, tuple[Sequence[str], str]] = {
    "a missing file": (["decya.csv", LINE], "there is no file decya.csv\nhint: did you mean decay.csv?"),
    "a missing folder": (
        ["data/decay.csv", LINE],
        "there is no folder data, so no decay.csv in it\nhint: check the folder's name",
    ),
    "a folder": ([".", LINE], ". is a folder, a table was expected\nhint: name a file, such as decay.csv"),
    "an empty file": (
        ["empty.csv", LINE],
        "empty.csv is empty\nhint: it needs a line of column names and a line for each point",
    ),
    "names and no rows": (
        ["names.csv", LINE],
        "names.csv has column names but no rows: t, counts\nhint: add a line for each point",
    ),
    "a typo in the column to predict": (
        ["decay.csv", "cuonts = a*t"],
        "no column is called `cuonts`; the columns are t, counts and err\n"
        "  cuonts = a*t\n  ^^^^^^\nhint: did you mean counts?",
    ),
    "text in a number column": (
        ["text.csv", LINE],
        'text.csv row 2 (line 3): counts is "oops", a number was expected\n'
        "hint: correct it, or leave the cell empty for a gap",
    ),
    "a gap": (
        ["gap.csv", LINE],
        "gap.csv row 2 is not a finite point: t=1, counts=nan\n"
        "hint: fill the gap or delete the row; --missing drop leaves out such rows (1 of 5)",
    ),
    "one point": (
        ["one.csv", LINE],
        "one.csv: one point only: t=0, counts=5\nhint: give at least as many points as the model has parameters",
    ),
    "fewer points than parameters": (
        ["few.csv", DECAY],
        "2 points cannot determine 3 parameters, a, tau and c\n"
        "hint: measure more points, or hold some parameters constant with fix",
    ),
    "all-equal x": (
        ["same.csv", LINE],
        "same.csv: every t is 2: a curve needs at least two places to pass through\n"
        "hint: check which column is the input, and that it is not rounded away",
    ),
    "a typo in the formula": (
        ["decay.csv", "counts = a*exp(-t/tau"],
        "this `(` is never closed\n  counts = a*exp(-t/tau\n                ^",
    ),
    "an unknown function": (
        ["decay.csv", "counts = a*epx(-t/tau)"],
        "there is no function `epx`\n  counts = a*epx(-t/tau)\n             ^^^\nhint: did you mean exp?",
    ),
    "Python": (
        ["decay.csv", "counts = a*np.exp(-t/tau)"],
        "a formula has no place for '.'\n  counts = a*np.exp(-t/tau)\n               ^\n"
        "hint: attributes do not exist here: write exp(x), not np.exp(x)",
    ),
    "an empty formula": (["decay.csv", ""], 'the formula is empty\nhint: write for example "y = a*x + b"'),
    "a near miss of a column": (
        ["decay.csv", "counts = a*T"],
        "`T` is not a column, but `t` is, and is not used\n  counts = a*T\n             ^\n"
        "hint: write t, or say that T is a parameter: --parameter T",
    ),
    "a count of none": (
        ["decay.csv", "relus(0)"],
        "relus: 0, a whole number from 1 to 10000 was expected\nhint: relus=4",
    ),
    "a number for a built-in that takes none": (["decay.csv", "sine(3)"], "sine takes no number\nhint: write sine"),
    "--start without a value": (["decay.csv", DECAY, "--start", "tau"], f"--start tau: {WANTED} --start tau=3"),
    "--start of text": (["decay.csv", DECAY, "--start", "tau=x"], f"--start tau=x: {WANTED} --start tau=3"),
    "--start of nan": (
        ["decay.csv", DECAY, "--start", "tau=nan"],
        "--start of tau is nan, a finite number was expected\nhint: give a finite number",
    ),
    "--start of an unknown name": (
        ["decay.csv", DECAY, "--start", "tua=3"],
        "--start has 'tua', which is not a parameter of this model\nhint: did you mean tau?",
    ),
    "--fix without a value": (["decay.csv", DECAY, "--fix", "c"], f"--fix c: {WANTED} --fix tau=3"),
    "--fix of an unknown name": (
        ["decay.csv", DECAY, "--fix", "d=3"],
        "--fix has 'd', which is not a parameter of this model\nhint: the parameters are a, tau and c",
    ),
    "--bound of a name alone": (["decay.csv", DECAY, "--bound", "a"], f"--bound a: {LIMITS}"),
    "--bound without a colon": (["decay.csv", DECAY, "--bound", "a=1"], f"--bound a=1: {LIMITS}"),
    "--bound of text": (["decay.csv", DECAY, "--bound", "a=x:"], f"--bound a=x:: {LIMITS}"),
    "--bound of three": (["decay.csv", DECAY, "--bound", "a=0:1:2"], f"--bound a=0:1:2: {LIMITS}"),
    "--bound the wrong way round": (
        ["decay.csv", DECAY, "--bound", "a=5:1"],
        "--bound: a has (5.0, 1.0), a lowest and a higher highest value were expected\n"
        "hint: --bound a=0: keeps it at or above 0; to hold it at one value use --fix",
    ),
    "--bound of an unknown name": (
        ["decay.csv", DECAY, "--bound", "aa=0:"],
        "--bound has 'aa', which is not a parameter of this model\nhint: did you mean a?",
    ),
    "a bound that excludes the start": (
        ["decay.csv", DECAY, "--start", "tau=3", "--bound", "tau=5:"],
        "--bound: tau must lie in [5, ∞), its start is 3\nhint: move the start inside, or widen the bound",
    ),
    "a bound that excludes what is fixed": (
        ["decay.csv", DECAY, "--fix", "tau=3", "--bound", "tau=:2"],
        "--bound: tau must lie in (−∞, 2], its fixed value is 3\nhint: move the fixed value inside, or widen the bound",
    ),
    "--sigma of no column": (
        ["decay.csv", DECAY, "--sigma", "er"],
        "sigma: no column is called `er`; the columns are t, counts and err\nhint: did you mean err?",
    ),
    "--loss poisson with sigma": (
        ["decay.csv", DECAY, "--loss", "poisson", "--sigma", "err"],
        "poisson takes no sigma: the scatter of a count follows from the count\n"
        "hint: leave sigma out, or use mse with sigma",
    ),
    "--parameter that is not there": (
        ["decay.csv", DECAY, "--parameter", "q"],
        f"`q` is named a parameter but is not in the formula: {DECAY}\n"
        "hint: write it into the formula, or do not name it a parameter",
    ),
}


@pytest.mark.parametrize("args, message", REFUSALS.values(), ids=REFUSALS)
def test_bad_input_is_one_sentence_and_a_hint_on_stderr_and_exit_code_2(args, message):
    assert refused("fit", *args) == message


UNWRITABLE = {
    "no such folder": ("--save", "no/fit.json", "cannot write no/fit.json: No such file or directory\n"
                       "hint: make the folder first, or check its name"),
    "a file for a folder": ("--save", "decay.csv/fit.json", "cannot write decay.csv/fit.json: Not a directory\n"
                            "hint: make the folder first, or check its name"),
    "a folder": ("--save", ".", "cannot write .: Is a directory\nhint: give the name of a file, not of a folder"),
    "a picture in no folder": ("--plot", "no/fit.png", "cannot write no/fit.png: No such file or directory\n"
                               "hint: make the folder first, or check its name"),
}  # fmt: skip


@pytest.mark.parametrize("option, path, message", UNWRITABLE.values(), ids=UNWRITABLE)
def test_an_output_that_cannot_be_written_still_prints_the_answer(option, path, message):
    result = squiggly("fit", "decay.csv", DECAY, option, path)
    assert (result.exit_code, result.stderr) == (2, f"Error: {message}\n")
    assert result.stdout.startswith(DECAY)


def test_a_picture_of_no_kind_is_refused_before_the_work():
    result = squiggly("fit", "decay.csv", DECAY, "--plot", "fit.foo")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: cannot write fit.foo: a picture's name ends in .png, .svg, .pdf\nhint: add .png to the name\n"
    )


@pytest.mark.parametrize(
    "args, message",
    [
        (["a*(x"], "this `(` is never closed\n  a*(x\n    ^"),
        (["a*u", "--input", "v"], "--input v: the formula has no such name; its names are a and u\nhint: --input a"),
        (["relus(10001)"], "relus: 10001, a whole number from 1 to 10000 was expected\nhint: relus=4"),
    ],
)
def test_show_refuses_in_the_same_words(args, message):
    assert refused("show", *args) == message


def test_show_does_not_ignore_an_input_of_a_built_in():
    result = squiggly("show", "gaussian", "--input", "t")
    assert result.exit_code == 2 or "data         t\n" in result.stdout


def test_a_hint_on_the_command_line_can_be_typed_there():
    assert "--missing drop" in refused("fit", "gap.csv", LINE)


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["fit"],
        ["fit", "decay.csv"],
        ["fti"],
        ["fit", "decay.csv", DECAY, "--loss", "foo"],
        ["fit", "decay.csv", DECAY, "--strat", "a=1"],
    ],
)
def test_a_command_that_is_not_understood_has_exit_code_2(args):
    result = squiggly(*args)
    assert result.exit_code == 2 and result.stderr.startswith("Usage: ") and result.stdout == ""


# ------------------------------------------------------------------------------------------------- the real thing


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from squiggly.cli import main; main()", *args],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_in_a_shell_the_answer_is_on_stdout_alone():
    done = run("fit", "decay.csv", DECAY, "--json")
    assert (done.returncode, done.stderr) == (0, "") and json.loads(done.stdout)["verdict"]["ok"]


def test_in_a_shell_an_error_is_on_stderr_alone():
    done = run("fit", "decay.csv", "counts = a*exp(-t/tau")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: this `(` is never closed\n  counts = a*exp(-t/tau\n                ^\n"


def document(path: str) -> dict:
    """What a page was told."""
    page = Path(path).read_text(encoding="utf-8")
    return json.loads(page.split('id="squiggly-document">')[1].split("</script>")[0])


def test_a_lab_of_a_table_is_named_after_it_and_its_path_is_printed(folder):
    result = squiggly("lab", "decay.csv", DECAY)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "decay.html\n", "")
    told = document("decay.html")
    assert told["model"] == {**told["model"], "inputs": ["t"], "target": "counts", "parameters": ["a", "tau", "c"]}
    assert (len(told["points"]["x"][0]), told["loss"], told["start"] == told["best"]) == (20, "mse", False)


def test_a_lab_of_a_formula_alone():
    assert squiggly("lab", "a*sin(w*t)", "--start", "w=2", "--range", "0:10").stdout == "lab.html\n"
    told = document("lab.html")
    assert (told["points"]["x"], told["ranges"], told["start"], told["best"]) == ([[]], [[0, 10]], [1, 2], None)


def test_a_lab_s_options_reach_the_page():
    options = (
        "--start tau=3 --fix c=0.5 --bound a=0:9 --loss huber --sigma err --target 0.1 --rate 0.5 --steps 40".split()
    )
    squiggly("lab", "decay.csv", DECAY, *options, "--title", "<b>", "-o", "page.html")
    told = document("page.html")
    assert (told["start"][1:], told["locked"], told["bounds"][0]) == ([3, 0.5], [False, False, True], [0, 9])
    assert (told["loss"], told["target"], told["title"]) == ("huber", 0.1, "<b>")
    assert (told["walk"]["rate"], told["walk"]["steps"], len(told["points"]["sigma"])) == (0.5, 40, 20)


@pytest.mark.parametrize("formula", [[], ["a*x^2 + b*x + c"], ["quadratic"]])
def test_the_lesson_s_lab(formula):
    assert squiggly("lab", *formula, "--lesson", "--output", "lesson.html").stdout == "lesson.html\n"
    told = document("lesson.html")
    assert (told["start"], told["loss"], told["target"], len(told["points"]["x"][0])) == ([1.1] * 3, "mae", 1.05, 20)


def test_a_lab_takes_a_built_in():
    assert squiggly("lab", "decay.csv", "exponential").exit_code == 0
    assert document("decay.html")["model"]["parameters"] == ["amplitude", "tau"]


def test_a_page_that_was_not_named_writes_over_its_like_only(folder):
    assert squiggly("lab", "a*x").exit_code == squiggly("lab", "a*x + b").exit_code == 0
    assert document("lab.html")["model"]["parameters"] == ["a", "b"]
    (folder / "lab.html").write_text("mine")
    assert refused("lab", "a*x") == "lab.html exists and is not a page of squiggly\nhint: name the page: -o other.html"
    assert (folder / "lab.html").read_text() == "mine"


def test_a_browser_is_opened_only_where_someone_looks(monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("squiggly.cli._screen", lambda: False)
    squiggly("lab", "a*x", "--open")
    assert opened == []
    monkeypatch.setattr("squiggly.cli._screen", lambda: True)
    squiggly("lab", "a*x", "--no-open")
    squiggly("lab", "a*x", "-o", "named.html")
    assert opened == []
    squiggly("lab", "a*x")
    squiggly("lab", "a*x", "-o", "named.html", "--open")
    assert [Path(address).name for address in opened] == ["lab.html", "named.html"]
    assert all(address.startswith("file://") for address in opened)


def test_continuous_integration_has_no_screen(monkeypatch):
    from squiggly.cli import _screen

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("CI", "true")
    assert not _screen()
    monkeypatch.delenv("CI")
    assert _screen()


@pytest.mark.parametrize(
    "args, message",
    [
        ([], 'a formula is needed\nhint: squiggly lab "a*x^2 + b*x + c", or squiggly lab --lesson'),
        (
            ["decay.csv"],
            'decay.csv is a table, and a formula is needed too\nhint: squiggly lab decay.csv "y = a*x + b", '
            "with the names of its columns",
        ),
        ([DECAY, "decay.csv"], f"the table comes first, then the formula\nhint: squiggly lab decay.csv '{DECAY}'"),
        (
            ["decay.csv", "counts", "=", "a*t"],
            "4 arguments, a table and a formula were expected\nhint: quote the formula: "
            'squiggly lab decay.csv "y = a*x + b"',
        ),
        (["decay.csv", DECAY, "--lesson"], "--lesson brings its own points, and decay.csv has others\nhint: leave one of the two out"),
        (["a*x", "--range", "3"], "--range 3: a lowest and a highest x were expected\nhint: --range -2:2"),
        (["a*x", "--range", "3:1"], "--range 3.0:1.0, a lowest and a higher x were expected\nhint: --range -2:2"),
        (["a*x", "--rate", "0"], "--rate is 0.0, a number above 0 was expected\nhint: give a number above 0"),
        (["a*x", "--start", "b=1"], "--start has 'b', which is not a parameter of this model\nhint: the parameters are a"),
        (["a*(x", "-o", "x.html"], "this `(` is never closed\n  a*(x\n    ^"),
    ],
)  # fmt: skip
def test_a_lab_refuses_in_the_same_words(args, message, folder):
    before = sorted(os.listdir(folder))
    assert refused("lab", *args) == message
    assert sorted(os.listdir(folder)) == before


def test_a_lab_descends_as_it_is_told(tmp_path: Path) -> None:
    page = tmp_path / "lesson.html"
    done = CliRunner().invoke(
        main, ["lab", "--lesson", "--optimizer", "adam", "--schedule", "cosine", "--steps", "50", "-o", str(page)]
    )
    assert done.exit_code == 0, done.output
    assert '"optimizer":"adam","schedule":"cosine"' in page.read_text()


def test_a_lab_of_rectified_lines_needs_no_formula(folder):
    assert squiggly("lab", "--relus", "2").exit_code == 0
    assert document("lab.html")["model"]["formula"] == "c0 + c1*x + w1*relu(x - t1) + w2*relu(x - t2)"
    assert squiggly("lab", "decay.csv", "--relus", "3").exit_code == 0
    assert document("decay.html")["model"]["inputs"] == ["t"]


def test_a_lab_of_rectified_lines_takes_no_other_formula(folder):
    result = squiggly("lab", "decay.csv", DECAY, "--relus", "2")
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: --relus 2 is a formula of its own, {DECAY} is another\nhint: leave one of them out\n",
    )


def test_a_built_in_takes_a_number_of_inputs(folder):
    Path("plane.csv").write_text(
        "x,y,z\n" + "".join(f"{x},{y},{abs(x - 1) + y}\n" for x in range(-3, 4) for y in range(4))
    )
    assert fitted("plane.csv", "relus(1, inputs=2)")["parameters"]
    result = squiggly("fit", "plane.csv", "polynomial(2, inputs=2)")
    assert result.stderr == "Error: polynomial has one input, no other number of them\nhint: write polynomial(2)\n"
