<?php class Thing { function fail() { throw new Exception(__CLASS__); } }
