package main

func inner() {
	panic("no way") // HERE
}

func main() {
	inner()
}
