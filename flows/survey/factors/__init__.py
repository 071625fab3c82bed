"""Says of texts that vary from run to run which are factors."""
