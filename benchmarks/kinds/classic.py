"""The nine classic families: peaks, waves, decays, saturation, sigmoid, power law."""

from __future__ import annotations

from family import Family

from kinds.draws import anywhere, decay, decays, doses, from_zero, law, peak, ringing, saturation, sigmoid, wave

NINE = [
    Family("gaussian", "y = h*exp(-((x - m)/s)^2/2) + c", anywhere, peak),
    Family("sine", "y = a*sin(w*x + p) + c", anywhere, wave),
    Family(
        "michaelis", "y = v*x/(k + x)", lambda r, n: from_zero(r, n) if r.random() < 0.5 else doses(r, n), saturation
    ),
    Family("two-exp", "y = a*exp(-b*x) + c*exp(-d*x)", from_zero, decays),
    Family("exp", "y = a*exp(-b*x) + c", from_zero, decay),
    Family("lorentz", "y = h/(1 + ((x - m)/s)^2) + c", anywhere, peak),
    Family("logistic4", "y = d + (a - d)/(1 + (x/c)^b)", doses, sigmoid),
    Family("damped", "y = a*exp(-b*x)*sin(w*x + p)", from_zero, ringing),
    Family("power", "y = a*x^b", doses, law),
]
