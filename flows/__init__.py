"""The verbs of a night: what happens, in which order."""

import os

# The models are many and small: threads of the linear algebra cost twice the CPU that they save. This must stand
# before NumPy is loaded; whoever sets the variable otherwise is listened to.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
