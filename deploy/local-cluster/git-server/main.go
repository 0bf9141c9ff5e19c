// Serves the Git repositories of a folder over HTTPS, through Git's own http-backend, to who knows the password.
//
//	git-server ADDRESS FOLDER CERTIFICATE KEY USER    the password is in the environment: GIT_PASSWORD
package main

import (
	"crypto/subtle"
	"log"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	password := os.Getenv("GIT_PASSWORD")
	if len(os.Args) != 6 || password == "" {
		log.Fatal("git-server ADDRESS FOLDER CERTIFICATE KEY USER, and GIT_PASSWORD in the environment")
	}
	address, folder, certificate, key, user := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	programs, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		log.Fatal(err)
	}
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(programs)), "git-http-backend"),
		// Who is named here may push; others do not come as far as this.
		Env: []string{"GIT_PROJECT_ROOT=" + folder, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=" + user},
	}
	log.Fatal(http.ListenAndServeTLS(address, certificate, key, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, given, _ := r.BasicAuth()
		if name != user || subtle.ConstantTimeCompare([]byte(given), []byte(password)) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			log.Printf("%s %s refused", r.Method, r.URL.Path)
			return
		}
		log.Printf("%s %s", r.Method, r.URL)
		backend.ServeHTTP(w, r)
	})))
}
