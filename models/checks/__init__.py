"""Whether a model holds: on which scale, with which residuals, in which order of execution."""
