package main

import (
	"os"
	"os/exec"
	"strings"
)

func main() {
	child := exec.Command("cat")
	child.Stdin = strings.NewReader("through a child\n")
	child.Stdout = os.Stdout
	if err := child.Run(); err != nil {
		panic(err)
	}
}
