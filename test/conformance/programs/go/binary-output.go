package main

import "os"

func main() {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	os.Stdout.Write(all[:])
}
