// Package realkafka starts Apache Kafka brokers for tests, from Apache's own jars: no container, no script, no ZooKeeper.
//
// A package that uses the cluster shared by its tests ends it in its TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(realkafka.Main(m)) }
//
// Shared answers with three brokers with racks, a SASL_PLAINTEXT listener and an authorizer, started by the first test that asks; unique topic
// and group names (Name) keep tests apart. Start gives a test a cluster of its own, which it may break, and which ends with it.
//
// The jars come from Maven once and stay in a folder under the user's cache directory (WEIR_KAFKA_CACHE names another), with a formatted
// storage folder and a class data archive that shorten every later start. Without Java 17, Maven or a reachable registry a test is
// skipped with a sentence that says which; WEIR_REQUIRE_REAL=1 makes that a failure.
//
// Brokers live in process groups of their own. They are killed with their test, with the test binary (on Linux even when it is killed
// itself), and their folders are removed at the latest when the next cluster takes the place. A place is a file lock in the cache
// folder: two test binaries have clusters at a time, and one cluster more, over all of them, serves the binary that has one already.
// A parallel test must not hold two clusters of its own, or two such tests may wait for each other.
//
// Each broker keeps one goroutine, (*node).live, in the test binary until it ends; tests that look for leaked goroutines leave it out.
// The package needs a Unix system.
package realkafka
