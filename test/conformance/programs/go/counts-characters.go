package main

import (
	"bufio"
	"fmt"
	"os"
	"unicode/utf8"
)

func main() {
	line := bufio.NewScanner(os.Stdin)
	line.Scan()
	fmt.Println(utf8.RuneCountInString(line.Text()))
}
