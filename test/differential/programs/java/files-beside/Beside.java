class Beside { int value() { return 3; } }
