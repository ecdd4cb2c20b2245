package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
)

// Counts what is in the book: a line for each thing.
func main() {
	listen := flag.String("listen", ":7300", "address")
	folder := flag.String("data", "", "folder")
	config := flag.String("config", "", "file with the greeting")
	flag.Parse()
	greeting, err := os.ReadFile(*config)
	if err != nil {
		log.Fatal(err)
	}
	book, err := os.OpenFile(filepath.Join(*folder, "book.txt"), os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		lines, _ := os.Open(book.Name())
		defer lines.Close()
		number := 0
		for s := bufio.NewScanner(lines); s.Scan(); {
			number++
		}
		fmt.Fprintf(w, "%s%d things\n", greeting, number)
	})
	log.Fatal(http.ListenAndServe(*listen, nil))
}
