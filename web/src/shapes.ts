// Written by web/generate.py from src/squiggly/shapes.py. To change it, change that, then run the script.
/** A built-in model of one input, x, in its usual size. */
export interface Shape {
  readonly name: string; // as the command line knows it
  readonly formula: string; // its right side
  readonly about: string;
}

export const SHAPES: readonly Shape[] = [
  { name: "line", formula: "slope*x + intercept", about: "A straight line: slope·x + intercept." },
  { name: "quadratic", formula: "a*x^2 + b*x + c", about: "The lesson's curve: a·x² + b·x + c." },
  { name: "polynomial", formula: "c0 + c1*x + c2*x^2 + c3*x^3", about: "A polynomial c0 + c1·x + … + cn·xⁿ of the given degree." },
  { name: "exponential", formula: "amplitude*exp(-x/tau)", about: "Decay or growth: amplitude·exp(−x/tau). tau is in units of x; negative for growth." },
  { name: "power_law", formula: "amplitude*x^exponent", about: "A power of x: amplitude·x^exponent, for x > 0." },
  { name: "gaussian", formula: "height*exp(-((x - center)/width)^2/2)", about: "A bell: its height, its center, and its width as a standard deviation." },
  { name: "lorentzian", formula: "height/(1 + ((x - center)/width)^2)", about: "A resonance peak: height, center, and width as half the width at half the height." },
  { name: "pseudo_voigt", formula: "height*(fraction/(1 + ((x - center)/width)^2) + (1 - fraction)*exp(-0.6931471805599453*((x - center)/width)^2))", about: "A peak between Gaussian (fraction 0) and Lorentzian (fraction 1) of the same height and half-width." },
  { name: "sine", formula: "amplitude*sin(2*pi*frequency*x + phase)", about: "A wave: amplitude, frequency in cycles per unit of x, phase in radians." },
  { name: "logistic", formula: "bottom + (top - bottom)/(1 + (ec50/x)^hill)", about: "The four-parameter logistic of dose and response: from bottom to top, half way at x = ec50, for x > 0." },
  { name: "michaelis_menten", formula: "vmax*x/(km + x)", about: "An enzyme's speed: vmax·x/(km + x), half of vmax at x = km." },
  { name: "relus", formula: "c0 + c1*x + w1*relu(x - t1) + w2*relu(x - t2)", about: "Rectified lines added up: n hinges make any continuous line of n + 1 straight pieces." },
];
