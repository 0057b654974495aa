from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from squiggly.errors import DataError, OptionError
from squiggly.points import Points, add_noise, noise

NAN = float("nan")


def said(inputs, y, error=DataError, **options) -> str:
    with pytest.raises(error) as caught:
        Points.checked(inputs, y, **options)
    return str(caught.value)


def test_noise_is_the_one_in_the_lesson():
    x = np.linspace(-2, 2, 20)
    y = add_noise(3 * x**2 + 2 * x + 1, mult=0.15, add=1.5, seed=42)
    assert y[:5] == pytest.approx([11.8690, 6.5433, 5.9396, 2.6304, 1.7947], abs=5e-5)


def test_noise_in_proportion_is_drawn_first():
    y = np.arange(5.0)
    random = np.random.RandomState(7)
    expected = y * (1 + noise(y, 0.2, random)) + noise(y, 0.3, random)
    assert add_noise(y, 0.2, 0.3, seed=7).tolist() == expected.tolist()


def test_noise_leaves_numpys_own_generator_alone():
    before = np.random.get_state()[1].tolist()
    noise([1, 2], 1.0)
    assert np.random.get_state()[1].tolist() == before


def test_noise_has_a_scale_of_zero_or_more():
    with pytest.raises(OptionError) as caught:
        noise([1, 2], -1)
    assert str(caught.value) == (
        "the scale of the noise is -1, zero or more was expected\nhint: scale is a standard deviation"
    )


def test_noise_takes_tensors_and_keeps_their_shape():
    torch = pytest.importorskip("torch")
    y = torch.ones(3, 2, requires_grad=True)
    noisy = add_noise(y, 0.1, 0.1)
    assert type(noisy) is np.ndarray and noisy.shape == (3, 2)
    assert noisy.tolist() == add_noise(np.ones((3, 2)), 0.1, 0.1).tolist()


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 4],
        (1.0, 2.0, 4.0),
        range(1, 4),
        np.array([1, 2, 4], dtype=np.int8),
        np.array([1, 2, 4], dtype=np.float16),
        np.array([1, 2, 4], dtype=np.longdouble),
        np.array([1, 2, 4], dtype=">f4"),
        np.array([1.0, 2.0, 4.0, 9.0, 9.0, 9.0])[:3][::-1],
        np.array([True, False, True]),
        np.array([1, 2.0, Decimal("4")], dtype=object),
        [Decimal("1"), Fraction(1, 2), 4],
    ],
)
def test_anything_real_becomes_contiguous_float64(values):
    points = Points.checked({"x": values}, values)
    for array in (points.x, points.y):
        assert array.dtype == np.float64 and array.flags.c_contiguous and array.flags.writeable
    assert points.x.tolist() == [float(v) for v in values]


def test_tensors_are_taken_as_they_are():
    torch = pytest.importorskip("torch")
    x = torch.arange(3.0, requires_grad=True)
    points = Points.checked({"x": x}, x.detach().to(torch.bfloat16), sigma=torch.tensor(0.5))
    assert points.x.tolist() == points.y.tolist() == [0, 1, 2]
    assert points.sigma.tolist() == [0.5, 0.5, 0.5]


def test_points_share_no_memory_with_what_they_came_from():
    x = np.arange(3.0)
    points = Points.checked({"x": x}, x)
    x[0] = 99
    assert points.x[0] == 0 and points.y[0] == 0


def test_points_know_their_length_and_their_only_input():
    points = Points.checked({"t": [0, 1]}, [5, 3], sigma=[1, 2], target="counts")
    assert (points.n, len(points), points.x.tolist(), points.sigma.tolist()) == (2, 2, [0, 1], [1, 2])
    assert repr(points) == "Points(n=2, inputs=t, target=counts, sigma)"


def test_several_inputs_have_no_single_x():
    points = Points.checked({"u": [0, 1], "v": [1, 1]}, [5, 3])
    with pytest.raises(DataError) as caught:
        _ = points.x
    assert str(caught.value) == (
        'these points have 2 inputs, u and v: there is no single x\nhint: take one by name: points.inputs["u"]'
    )


def test_a_column_beside_a_list_is_refused_before_it_can_broadcast():
    assert said({"x": np.ones((3, 1))}, np.ones(3)) == (
        "x and y must be equally long lists, got shapes (3, 1) and (3,)\n"
        "hint: turn a column of shape (n, 1) into a list with `column[:, 0]`"
    )


def test_a_number_is_not_a_list():
    assert said({"x": [1, 2, 3]}, 4) == (
        "x and y must be equally long lists, got shapes (3,) and ()\nhint: give every column as one flat list"
    )


def test_mixed_lengths_name_every_column():
    assert said({"t": [1, 2, 3]}, [1, 2], sigma=[1, 1, 1, 1], target="counts", where="decay.csv") == (
        "decay.csv: the columns differ in length: t has 3, counts has 2 and sigma has 4 values\n"
        "hint: give every row a value in each column"
    )


def test_no_points_and_no_inputs_are_refused():
    assert said({"x": []}, []) == "there are no points: x and y are empty\nhint: give at least two points"
    assert said({}, [1, 2]) == 'there are no inputs, at least one was expected\nhint: name one: {"x": [...]}'


@pytest.mark.parametrize("gap, shown", [(NAN, "nan"), (float("inf"), "inf"), (None, "nan")])
def test_a_gap_is_refused_with_its_row(gap, shown):
    assert said({"t": [0, 1, 2]}, [5, gap, gap], target="counts") == (
        f"row 1 is not a finite point: t=1, counts={shown}\n"
        'hint: fill the gap or delete the row; missing="drop" leaves out such rows (2 of 3)'
    )


def test_rows_are_counted_as_their_source_counts_them():
    assert said({"t": [0, 1, 2]}, [5, NAN, 2], where="decay.csv", first_row=1).startswith("decay.csv row 2 is not a")


def test_gaps_are_dropped_and_counted_on_request():
    points = Points.checked({"x": [0, NAN, 2, 3]}, [5, 3, 2, 1], sigma=[1, 1, float("inf"), 1], missing="drop")
    assert (points.x.tolist(), points.y.tolist(), points.sigma.tolist(), points.dropped) == ([0, 3], [5, 1], [1, 1], 2)
    assert repr(points) == "Points(n=2, inputs=x, target=y, sigma, dropped=2)"


def test_a_masked_value_is_a_gap():
    x = np.ma.masked_array([1, 2, 3], mask=[False, True, False])
    assert Points.checked({"x": x}, [1, 2, 3], missing="drop").x.tolist() == [1, 3]


def test_pandas_own_gaps_are_gaps():
    pandas = pytest.importorskip("pandas")
    x = pandas.Series([1, None, 3], dtype="Int64")
    assert Points.checked({"x": x}, [1, 2, 3], missing="drop").x.tolist() == [1, 3]


def test_nothing_left_after_dropping_is_an_error():
    assert said({"x": [NAN, 1]}, [1, NAN], missing="drop") == (
        "every row has a gap: all 2 were dropped\nhint: is one of the columns empty?"
    )
    assert said({"x": [NAN, 1]}, [1, 2], missing="drop") == (
        "one point is left of 2: x=1, y=2\nhint: give at least as many points as the model has parameters"
    )


def test_missing_is_refuse_or_drop():
    assert said({"x": [1, 2]}, [1, 2], OptionError, missing="fill") == (
        'missing is "fill", it can be "refuse" or "drop"\nhint: "drop" leaves out rows with a gap'
    )


def test_complex_numbers_are_refused():
    assert said({"x": [1, 2]}, [1j, 2]) == (
        "y holds complex numbers, real ones were expected\nhint: fit a real part of it: y.real, y.imag or abs(y)"
    )


def test_times_are_refused():
    t = np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[D]")
    assert said({"t": t}, [1, 2]) == (
        "t holds times (datetime64[D]), numbers were expected\n"
        'hint: count from the first one: (t - t[0]) / np.timedelta64(1, "s")'
    )


@pytest.mark.parametrize("values", [[1, 2, "n/a"], np.array([1, 2, "n/a"], dtype=object)])
def test_text_among_numbers_is_named_with_its_row(values):
    assert said({"x": [1, 2, 3]}, values) == (
        'row 2: y is "n/a", a number was expected\nhint: turn text into numbers first; write a gap as nan'
    )


def test_text_that_spells_numbers_is_still_text():
    assert said({"x": np.array(["1", "2"])}, [1, 2]).startswith('row 0: x is "1", a number was expected')


def test_numbers_beyond_float64_are_refused():
    assert said({"x": [1, 2]}, [1, 10**400]).startswith("row 1: y is 1000000000000000000000000000000000000")


def test_lists_of_uneven_lists_are_refused():
    assert said({"x": [[1, 2], [3]]}, [1, 2]) == (
        "x is not a list of numbers, got list\nhint: give every column as one flat list of numbers"
    )


@pytest.mark.parametrize("sigma, row, shown", [([1, 0, 1], 1, "0"), ([1, 1, -2], 2, "-2"), (0, 0, "0")])
def test_sigma_is_above_zero(sigma, row, shown):
    assert said({"x": [1, 2, 3]}, [1, 2, 3], sigma=sigma, sigma_name="err") == (
        f"row {row}: err is {shown}, a number above 0 was expected\n"
        "hint: err is the uncertainty of each y; leave it out if it is not known"
    )


def test_sigma_of_a_dropped_row_does_not_matter():
    assert Points.checked({"x": [1, NAN, 3]}, [1, 2, 3], sigma=[1, 0, 1], missing="drop").n == 2


def test_one_point_is_refused():
    assert said({"x": [3]}, [5]) == (
        "one point only: x=3, y=5\nhint: give at least as many points as the model has parameters"
    )


def test_inputs_that_never_change_are_refused():
    assert said({"x": [3, 3, 3]}, [1, 2, 3]) == (
        "every x is 3: a curve needs at least two places to pass through\n"
        "hint: check which column is the input, and that it is not rounded away"
    )
    assert said({"u": [3, 3], "v": [1, 1]}, [1, 2]).startswith("every u is 3 and every v is 1: ")
    assert Points.checked({"u": [3, 3], "v": [1, 2]}, [1, 2]).n == 2


def test_torch_is_not_imported_for_points():
    import subprocess

    code = "import sys, squiggly.points; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
