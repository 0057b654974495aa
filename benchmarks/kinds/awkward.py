"""Families in awkward places: far from zero, narrow, many cycles, high on a level, at the edge of what has a value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from family import Family, Random, Truth

from kinds.draws import about_zero, anywhere, from_zero, off_zero, peak, scale, sign, size, spread, wave, within


def years(random: Random, n: int) -> np.ndarray:
    """n years or parts of years, as a table of them would have."""
    return random.uniform(1850, 1980) + random.uniform(25, 140) * spread(random, n)


def three_decades(random: Random, n: int) -> np.ndarray:
    return scale(random) * 10 ** (3 * spread(random, n) - 2)


def degrees(random: Random, n: int) -> np.ndarray:
    return 360 * spread(random, n)


def growing(random: Random, x: np.ndarray) -> Truth:
    b = size(random, 0.5, 5) / np.ptp(x) * sign(random)
    return {"a": scale(random) * float(np.exp(-b * x.mean())), "b": b}


def narrow(random: Random, x: np.ndarray) -> Truth:
    return {**peak(random, x), "s": np.ptp(x) * size(random, 0.012, 0.03)}


def at_the_edge(random: Random, x: np.ndarray) -> Truth:
    return {**peak(random, x), "m": within(random, x, -0.03, 0.05), "s": np.ptp(x) * size(random, 0.05, 0.3)}


def high_up(random: Random, x: np.ndarray) -> Truth:
    p = peak(random, x)
    return {**p, "c": abs(p["h"]) * size(random, 1e2, 1e5)}


def decay_high_up(random: Random, x: np.ndarray) -> Truth:
    a = scale(random) * sign(random)
    return {"a": a, "b": size(random, 0.5, 8) / x.max(), "c": abs(a) * size(random, 1e2, 1e5)}


def onset(random: Random, x: np.ndarray) -> float:
    """A place a little before the first point."""
    return float(x.min() - np.ptp(x) * random.uniform(0.01, 0.2))


def bolus(random: Random, x: np.ndarray) -> Truth:
    return {
        "a": scale(random),
        "d": within(random, x, 0.05, 0.4),
        "b": random.uniform(1, 3),
        "c": x.max() * size(random, 0.02, 0.1),
    }


def on_a_slope(random: Random, x: np.ndarray) -> Truth:
    p, u = wave(random, x), np.ptp(x)
    return {**p, "d": p["a"] / u * random.uniform(-4, 4), "u": p["a"] / u**2 * random.uniform(-3, 3)}


def two_sites(random: Random, x: np.ndarray) -> Truth:
    a, b = scale(random), x.max() * size(random, 0.01, 0.1)
    return {"a": a, "b": b, "c": a * size(random, 0.4, 3), "d": b * size(random, 8, 60)}


def tight(random: Random, x: np.ndarray) -> Truth:
    e = x.max() * size(random, 0.1, 0.6)
    return {"a": scale(random), "u": e, "k": e * size(random, 0.01, 1)}


def comb(random: Random, x: np.ndarray) -> Truth:
    h = scale(random)
    at = np.sort(random.uniform(0.1, 0.35, size=3).cumsum())
    m, q, z = x.min() + np.ptp(x) * at / max(1.0, at[-1] / 0.9)
    tall = {k: h * size(random, 0.4, 2) for k in "hkj"}
    return {**tall, "m": m, "q": q, "z": z, "s": np.ptp(x) * size(random, 0.02, 0.05), "c": h * random.uniform(-1, 1)}


def centred(random: Random, x: np.ndarray) -> Truth:
    p = peak(random, x)
    return {"a": p["h"], "m": within(random, x, 0.2, 0.8), "s": np.ptp(x) * size(random, 0.03, 0.2)}


def packet(random: Random, x: np.ndarray) -> Truth:
    p = centred(random, x)
    return {**p, "s": np.ptp(x) * size(random, 0.08, 0.3), "w": 2 * np.pi * random.uniform(3, 12) / np.ptp(x), "p": 0.7}


def rise_and_fall(random: Random, x: np.ndarray) -> Truth:
    return {"a": scale(random), "p": random.uniform(4, 6.5), "q": random.uniform(7.5, 10)}


def broken(random: Random, x: np.ndarray) -> Truth:
    p = random.uniform(0.5, 2)
    return {"a": scale(random), "k": within(random, x, 0.1, 0.6), "p": p, "q": p + random.uniform(1, 3)}


def lines(random: Random, x: np.ndarray) -> Truth:
    a, u, m = scale(random), np.ptp(x), within(random, x, 0.25, 0.75)
    b, d = a / u * random.uniform(-3, 0.5), a / u * random.uniform(1, 4)
    return {"a": a - b * m, "b": b, "c": a - d * m, "d": d}


def ramp(random: Random, x: np.ndarray) -> Truth:
    lo, hi = np.sort(random.uniform(0.1, 0.9, size=2))
    a, u = scale(random), np.ptp(x)
    b = a / u
    return {"a": -b * x.min(), "b": b, "lo": a * lo, "hi": a * (hi + 0.05)}


def arc(random: Random, x: np.ndarray) -> Truth:
    u = np.ptp(x)
    return {"a": within(random, x, 0.4, 0.6), "b": u * random.uniform(-2, 2), "r": u * random.uniform(0.65, 1.5)}


def tuned(random: Random, x: np.ndarray) -> Truth:
    a = scale(random)
    return {"a": a, "k": size(random, 0.5, 8), "m": random.uniform(0, 360), "b": a * random.uniform(0, 1)}


FAR = [
    Family("growth-years", "y = a*exp(b*x)", years, growing),
    Family("sunspots", "y = a*sin(2*pi*(x - p)/t) + c", years, lambda r, x: {
        "a": (a := scale(r)), "t": (t := r.uniform(8, 14)), "p": x.min() + t * r.uniform(), "c": a * r.uniform(1, 3)}),
    Family("narrow", "y = h*exp(-((x - m)/s)^2/2) + c", lambda r, n: scale(r) * np.linspace(0, 1, n), narrow),
    Family("edge", "y = h*exp(-((x - m)/s)^2/2) + c", anywhere, at_the_edge),
    Family("edge-lorentz", "y = h/(1 + ((x - m)/s)^2) + c", anywhere, at_the_edge),
    Family("high-peak", "y = h*exp(-((x - m)/s)^2/2) + c", anywhere, high_up),
    Family("high-decay", "y = a*exp(-b*x) + c", from_zero, decay_high_up),
    Family("many-cycles", "y = a*sin(w*x + p) + c", lambda r, n: scale(r) * np.linspace(0, 1, n), lambda r, x: {
        **wave(r, x), "w": 2 * np.pi * r.uniform(15, 30) / np.ptp(x)}),
    Family("sine-slope", "y = a*sin(w*x + p) + c + d*x", anywhere, lambda r, x: {
        k: v for k, v in on_a_slope(r, x).items() if k != "u"}),
    Family("sine-parabola", "y = a*sin(w*x + p) + c + d*x + u*x^2", from_zero, on_a_slope),
    Family("harmonics", "y = a*sin(w*x + p) + b*sin(2*w*x + q)", from_zero, lambda r, x: {
        "a": (a := scale(r)), "b": a * size(r, 0.2, 1.5), "w": 2 * np.pi * r.uniform(1, 8) / x.max(),
        "p": r.uniform(-3, 3), "q": r.uniform(-3, 3)}),
    Family("modulated", "y = a*(1 + m*sin(v*x))*sin(w*x + p)", from_zero, lambda r, x: {
        "a": scale(r), "m": r.uniform(0.3, 0.9), "v": (v := 2 * np.pi * r.uniform(1, 3) / x.max()),
        "w": v * r.uniform(4, 7), "p": r.uniform(-3, 3)}),
    Family("log-periodic", "y = a*cos(w*log(x) + p) + c", three_decades, lambda r, x: {
        "a": (a := scale(r)), "w": r.uniform(2, 8), "p": r.uniform(-3, 3), "c": a * r.uniform(-2, 2)}),
]  # fmt: skip

CLIFFS = [
    Family("square-root", "y = a*sqrt(x - b)", anywhere, lambda r, x: {"a": scale(r), "b": onset(r, x)}),
    Family("log-onset", "y = a*log(x - b) + c", anywhere, lambda r, x: {
        "a": (a := scale(r)), "b": onset(r, x), "c": a * r.uniform(-5, 5)}),
    Family("power-onset", "y = a*(x - b)^n", anywhere, lambda r, x: {
        "a": scale(r), "b": onset(r, x), "n": r.uniform(0.4, 3)}),
    Family("power-threshold", "y = a*max(x - b, 0)^n", anywhere, lambda r, x: {
        "a": scale(r), "b": within(r, x, 0.1, 0.5), "n": r.uniform(1, 3)}),
    Family("delayed-rise", "y = a*(1 - exp(-max(x - d, 0)/t))", from_zero, lambda r, x: {
        "a": scale(r), "d": within(r, x, 0.1, 0.5), "t": x.max() * size(r, 0.05, 0.4)}),
    Family("bolus", "y = a*max(x - d, 0)^b*exp(-max(x - d, 0)/c)", from_zero, bolus),
    Family("gamma", "y = a*x^b*exp(-x/c)", off_zero, lambda r, x: {
        "a": scale(r), "b": r.uniform(0.5, 4), "c": x.max() * size(r, 0.05, 0.3)}),
    Family("arc", "y = b + sqrt(r^2 - (x - a)^2)", anywhere, arc),
    Family("catenary", "y = c + a*cosh((x - m)/a)", anywhere, lambda r, x: {
        "a": (a := np.ptp(x) * size(r, 0.2, 1.5)), "m": within(r, x, 0.3, 0.7), "c": a * r.uniform(-3, 3)}),
    Family("hyperbola", "y = c + sqrt(a^2 + (b*(x - m))^2)", anywhere, lambda r, x: {
        "a": (a := scale(r)), "b": a / np.ptp(x) * size(r, 3, 20), "m": within(r, x), "c": a * r.uniform(-3, 3)}),
    Family("vertex", "y = a*(x - h)^2 + k", anywhere, lambda r, x: {
        "a": (a := scale(r) * sign(r)), "h": within(r, x), "k": a * np.ptp(x) ** 2 * r.uniform(-1, 1)}),
    Family("roots", "y = a*(x - p)*(x - q)*(x - r)", anywhere, lambda r, x: {
        "a": scale(r), "p": within(r, x, 0, 0.3), "q": within(r, x, 0.4, 0.6), "r": within(r, x, 0.7, 1)}),
    Family("valley", "y = a*abs(x - m) + c", anywhere, lambda r, x: {
        "a": (a := scale(r) * sign(r)), "m": within(r, x, 0.2, 0.8), "c": a * np.ptp(x) * r.uniform(-1, 1)}),
    Family("upper-of-two", "y = max(a + b*x, c + d*x)", anywhere, lines),
    Family("ramp", "y = clip(a + b*x, lo, hi)", anywhere, ramp),
]  # fmt: skip

MIXED = [
    Family("peak-on-decay", "y = h*exp(-((x - m)/s)^2/2) + b*exp(-x/t)", from_zero, lambda r, x: {
        "h": (h := scale(r)), "m": within(r, x, 0.3, 0.8), "s": np.ptp(x) * size(r, 0.03, 0.12),
        "b": h * size(r, 0.5, 3), "t": x.max() * size(r, 0.1, 0.6)}),
    Family("comb", "y = h*exp(-((x - m)/s)^2/2) + k*exp(-((x - q)/s)^2/2) + j*exp(-((x - z)/s)^2/2) + c",
           anywhere, comb),
    Family("lorentz-slope", "y = h/(1 + ((x - m)/s)^2) + c + d*x", anywhere, lambda r, x: {
        **(p := peak(r, x)), "d": p["h"] * r.uniform(-1.5, 1.5) / np.ptp(x)}),
    Family("uptake", "y = v*x/(k + x) + s*x", from_zero, lambda r, x: {
        "v": (v := scale(r)), "k": x.max() * size(r, 0.02, 0.3), "s": v / x.max() * r.uniform(0.2, 2)}),
    Family("two-sites", "y = a*x/(b + x) + c*x/(d + x)", from_zero, two_sites, noise=0.005),
    Family("tight-binding", "y = a*((x + k + u) - sqrt((x + k + u)^2 - 4*x*u))/(2*u)", from_zero, tight),
    Family("bell-ph", "y = a/(1 + 10^(p - x) + 10^(x - q))", lambda r, n: 3 + 9 * spread(r, n), rise_and_fall),
    Family("von-mises", "y = a*exp(k*(cos((x - m)*pi/180) - 1)) + b", degrees, tuned),
    Family("logit", "y = 1/(1 + exp(-(a + b*x)))", anywhere, lambda r, x: {
        "b": (b := size(r, 5, 40) / np.ptp(x) * sign(r)), "a": -b * within(r, x, 0.2, 0.8)}),
    Family("dispersion", "y = a*(x - m)*s/((x - m)^2 + s^2) + c", anywhere, lambda r, x: {
        **(p := centred(r, x)), "c": p["a"] * r.uniform(-1, 1)}),
    Family("derivative", "y = a*(x - m)*exp(-((x - m)/s)^2/2)", anywhere, centred),
    Family("wavelet", "y = a*(1 - ((x - m)/s)^2)*exp(-((x - m)/s)^2/2)", anywhere, centred),
    Family("sinc", "y = a*sinc((x - m)/s) + c", anywhere, lambda r, x: {
        **(p := centred(r, x)), "c": p["a"] * r.uniform(-1, 1)}),
    Family("packet", "y = a*exp(-((x - m)/s)^2/2)*cos(w*(x - m) + p)", anywhere, packet),
    Family("broken-power", "y = a*(x/k)^p/(1 + (x/k)^q)", off_zero, broken),
    Family("cumulative", "y = a*(1 + erf((x - m)/(s*sqrt(2))))/2", anywhere, centred),
    Family("eyring", "y = a*x*exp(-h/(8.314*x))", lambda r, n: 280 + 80 * spread(r, n), lambda r, x: {
        "h": (h := r.uniform(3e4, 1e5)), "a": scale(r, -3, 3) * float(np.exp(h / 8.314 / x.mean()))}),
    Family("two-steps", "y = a*tanh((x - m)/s) + b*tanh((x - q)/s) + c", anywhere, lambda r, x: {
        "a": (a := scale(r)), "b": a * size(r, 0.4, 2) * sign(r),
        "m": within(r, x, 0.15, 0.4), "q": within(r, x, 0.6, 0.85), "s": np.ptp(x) * size(r, 0.02, 0.1),
        "c": a * r.uniform(-1, 1)}),
    Family("odd-exponential", "y = a*(exp(b*x) - exp(-b*x))", about_zero, lambda r, x: {
        "a": scale(r), "b": size(r, 1, 6) / x.max()}),
]  # fmt: skip

AWKWARD = [
    replace(family, field=field)
    for field, some in (("far or narrow", FAR), ("edges and kinks", CLIFFS), ("mixed", MIXED))
    for family in some
]
