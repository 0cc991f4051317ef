import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads the test reports of the given modules. Prints the skipped tests with their reasons, the failed tests, the slowest classes, the
 * total time, and as the last line {@code N passed, N failed, N skipped}. Exits with 1 if a test failed, or if a module with tests has no
 * report.
 */
final class TestTotals {

    /** If tests take longer, people run them less often. */
    private static final Duration MAX = Duration.ofMinutes(15);

    private static final int SLOWEST = 10;

    private record ClassTime(String module, String name, Duration took) {}

    private int passed;
    private final List<ClassTime> classes = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private final Map<String, List<String>> skippedByReason = new TreeMap<>();

    /** @param arguments the start of the tests, in seconds since 1970, then the modules */
    public static void main(String[] arguments) throws IOException, XMLStreamException {
        Instant began = Instant.ofEpochSecond(Long.parseLong(arguments[0]));
        TestTotals totals = new TestTotals();
        for (String module : List.of(arguments).subList(1, arguments.length)) {
            totals.readModule(Path.of(module));
        }
        totals.print(Duration.between(began, Instant.now()));
        System.exit(totals.failed.isEmpty() ? 0 : 1);
    }

    private void readModule(Path module) throws IOException, XMLStreamException {
        List<Path> reports = new ArrayList<>();
        Path directory = module.resolve("target/surefire-reports");
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                files.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
                        .sorted()
                        .forEach(reports::add);
            }
        }
        if (reports.isEmpty() && hasTests(module)) {
            failed.add(module + ": has tests, but none ran");
        }
        for (Path report : reports) {
            readReport(module, report);
        }
    }

    private static boolean hasTests(Path module) throws IOException {
        Path sources = module.resolve("src/test/java");
        if (!Files.isDirectory(sources)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.anyMatch(file -> file.getFileName().toString().endsWith("Test.java"));
        }
    }

    private void readReport(Path module, Path report) throws IOException, XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try (var input = Files.newInputStream(report)) {
            XMLStreamReader reader = factory.createXMLStreamReader(input);
            String test = "";
            boolean plain = true;
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamConstants.END_ELEMENT && reader.getLocalName().equals("testcase") && plain) {
                    passed++;
                }
                if (event != XMLStreamConstants.START_ELEMENT) {
                    continue;
                }
                switch (reader.getLocalName()) {
                    case "testsuite" -> classes.add(classTime(module, reader));
                    case "testcase" -> {
                        test = name(reader);
                        plain = true;
                    }
                    case "failure", "error" -> {
                        if (plain) {
                            failed.add(test);
                        }
                        plain = false;
                    }
                    case "skipped" -> {
                        skippedByReason
                                .computeIfAbsent(reason(reader), key -> new ArrayList<>())
                                .add(test);
                        plain = false;
                    }
                    default -> {}
                }
            }
        }
    }

    private static ClassTime classTime(Path module, XMLStreamReader suite) {
        String name = suite.getAttributeValue(null, "name");
        double seconds = Double.parseDouble(suite.getAttributeValue(null, "time").replace(",", ""));
        return new ClassTime(
                module.toString(), name.substring(name.lastIndexOf('.') + 1), Duration.ofMillis((long) (seconds * 1000)));
    }

    private static String name(XMLStreamReader testcase) {
        String type = testcase.getAttributeValue(null, "classname");
        String method = testcase.getAttributeValue(null, "name");
        String shortType = type.substring(type.lastIndexOf('.') + 1);
        return method.isEmpty() || method.equals(type) ? shortType : shortType + "." + method;
    }

    private static String reason(XMLStreamReader skipped) throws XMLStreamException {
        String message = skipped.getAttributeValue(null, "message");
        String text = message == null ? skipped.getElementText() : message;
        return text.strip()
                .lines()
                .findFirst()
                .orElse("no reason given")
                .replaceFirst("^[\\w.]+Exception: ", "")
                .replaceFirst("^Assumption failed: ", "");
    }

    private void print(Duration took) {
        int skipped = skippedByReason.values().stream().mapToInt(List::size).sum();
        skippedByReason.forEach((reason, tests) -> {
            System.out.println("Skipped: " + reason);
            tests.forEach(test -> System.out.println("    " + test));
        });
        failed.forEach(test -> System.out.println("FAILED: " + test));
        System.out.println("Slowest classes:");
        classes.stream()
                .sorted(Comparator.comparing(ClassTime::took).reversed())
                .limit(SLOWEST)
                .forEach(slow -> System.out.printf("%6d s  %s %s%n", slow.took.toSeconds(), slow.module, slow.name));
        classes.stream()
                .collect(Collectors.groupingBy(ClassTime::module, TreeMap::new, Collectors.summingLong(one -> one.took.toMillis())))
                .forEach((module, millis) -> System.out.printf("%6d s  all of %s%n", millis / 1000, module));
        System.out.printf("Took %d min %d s%n", took.toMinutes(), took.toSecondsPart());
        if (took.compareTo(MAX) > 0) {
            System.out.printf("WARNING: that is more than %d s%n", MAX.toSeconds());
        }
        System.out.println(passed + " passed, " + failed.size() + " failed, " + skipped + " skipped");
    }
}
