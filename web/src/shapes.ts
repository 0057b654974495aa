// Written by web/generate.py from src/squiggly/shapes.py. To change it, change that, then run the script.
/** A built-in model of one input, x, in its usual size. */
export interface Shape {
  readonly name: string; // as the command line knows it
  readonly formula: string; // its right side
  readonly about: string;
}

const row = (name: string, formula: string, about: string): Shape => ({ name, formula, about });

export const SHAPES: readonly Shape[] = [
  row("line", "slope*x + intercept", "A straight line."),
  row("quadratic", "a*x^2 + b*x + c", "The lesson's curve."),
  row("polynomial", "c0 + c1*x + c2*x^2 + c3*x^3", "A polynomial c0 + c1·x + … + cn·xⁿ of the given degree."),
  row("exponential", "amplitude*exp(-x/tau)", "Decay or growth. tau is in units of x; negative for growth."),
  row("power_law", "amplitude*x^exponent", "A power of x, for x > 0."),
  row("gaussian", "height*exp(-((x - center)/width)^2/2)", "A bell: its height, its center, and its width as a standard deviation."),
  row("lorentzian", "height/(1 + ((x - center)/width)^2)", "A resonance peak: height, center, and width as half the width at half the height."),
  row("pseudo_voigt", "height*(fraction/(1 + ((x - center)/width)^2) + (1 - fraction)*exp(-0.6931471805599453*((x - center)/width)^2))", "A peak between Gaussian (fraction 0) and Lorentzian (fraction 1) of the same height and half-width."),
  row("sine", "amplitude*sin(2*pi*frequency*x + phase)", "A wave: amplitude, frequency in cycles per unit of x, phase in radians."),
  row("logistic", "bottom + (top - bottom)/(1 + (ec50/x)^hill)", "The four-parameter logistic of dose and response: from bottom to top, half way at x = ec50, for x > 0."),
  row("michaelis_menten", "vmax*x/(km + x)", "An enzyme's speed, half of vmax at x = km."),
  row("relus", "c0 + c1*x + w1*relu(x - t1) + w2*relu(x - t2)", "Rectified lines added up: n hinges make any continuous line of n + 1 straight pieces."),
];
