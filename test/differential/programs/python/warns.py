import warnings
import sys

warnings.warn("of the user's")
warnings.warn("of the past", DeprecationWarning)
print("\d", 1 is 1, file=sys.stderr)
assert (1, "always true")
