cat missing.txt 2>/dev/null || echo caught
