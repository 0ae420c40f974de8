#!/usr/bin/env php
Text before, <?= 'and' ?> between
<?php if (true): ?>
  a block
<?php endif ?>
and after
