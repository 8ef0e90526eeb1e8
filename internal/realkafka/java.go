package realkafka

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

const oldestJava = 17 // what Kafka 4 brokers need

// javaFlags make a small JVM that starts fast; they are part of what a class data archive fits.
var javaFlags = []string{
	"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xms48m", "-Xmx256m", "-XX:MaxMetaspaceSize=160m", "-Xss512k",
	"-Djava.net.preferIPv4Stack=true", "-Dorg.slf4j.simpleLogger.showDateTime=true",
	"-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
}

// javaVM is the Java found here.
type javaVM struct {
	bin     string
	version string // all that java -version prints
}

var findJava = sync.OnceValues(func() (javaVM, error) {
	bin, err := exec.LookPath("java")
	if home := os.Getenv("JAVA_HOME"); home != "" {
		bin, err = exec.LookPath(filepath.Join(home, "bin", "java"))
	}
	if err != nil {
		return javaVM{}, missingError{"Java is not on the PATH: " + err.Error()}
	}
	out, err := exec.Command(bin, "-version").CombinedOutput()
	if err != nil {
		return javaVM{}, missingError{fmt.Sprintf("Java does not run: %v: %s", err, firstLine(string(out)))}
	}
	major := javaMajor(string(out))
	if major < oldestJava {
		return javaVM{}, missingError{fmt.Sprintf("Java %d or newer is needed for Kafka's brokers, found: %s", oldestJava, firstLine(string(out)))}
	}
	return javaVM{bin: bin, version: string(out)}, nil
})

var versionText = regexp.MustCompile(`version "(\d+)`)

// javaMajor reads the release number out of what java -version prints, 0 if it has none. Java 8 and older say 1.
func javaMajor(out string) int {
	m := versionText.FindStringSubmatch(out)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

// classPath joins jars for java -cp: a sorted list, since an archive is only taken for the very same text.
func classPath(jars []string) string { return strings.Join(jars, string(os.PathListSeparator)) }
