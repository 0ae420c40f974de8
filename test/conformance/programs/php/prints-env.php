<?php

echo "[", getenv("GREETING"), "]\n";
echo "[", getenv("EMPTY"), "]\n";
