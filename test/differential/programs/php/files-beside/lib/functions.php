<?php function where() { return [__FILE__, __DIR__, __LINE__, getcwd()]; }
