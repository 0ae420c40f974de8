package main

import (
	"os"
	"path/filepath"
)

func writeAndPrint(path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		panic(err)
	}
	back, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(back)
}

func main() {
	writeAndPrint("notes.txt", "blåbær\n")
	writeAndPrint(filepath.Join(os.TempDir(), "scratch"), "temporary\n")
}
