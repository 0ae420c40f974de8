inner() {
  : "${number:?no way}" # HERE
}

inner
