descend() {
  descend $(($1 + 1))
}

descend 0
