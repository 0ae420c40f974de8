<?php

function inner(): void
{
    throw new RuntimeException("no way"); // HERE
}

inner();
