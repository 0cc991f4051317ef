package dev.bailiwick.agent.conformance;

import dev.bailiwick.agent.conformance.Probe.Inside;
import dev.bailiwick.agent.conformance.Probe.Target;
import dev.bailiwick.agent.conformance.Probe.Way;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Csv;
import dev.bailiwick.jail.syscall.Layer;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SeedSyscall;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** All probes of one architecture: {@code probes.csv}, and numbers that no row has. */
final class ProbeTable {

    /** The bit that marks x32 calls (asm/unistd.h). */
    private static final int X32 = 0x4000_0000;

    private static final int I386_GETPID = 20;

    private ProbeTable() {}

    static List<Probe> of(Architecture architecture) throws IOException {
        List<Probe> probes = new ArrayList<>(rows(architecture));
        probes.addAll(aboveTheTable(architecture));
        if (architecture == Architecture.X86_64) {
            probes.addAll(asX32());
            probes.addAll(asI386());
        }
        return probes;
    }

    /** Returns the rows in the order of the file, without calls that this architecture lacks. */
    private static List<Probe> rows(Architecture architecture) throws IOException {
        List<Probe> probes = new ArrayList<>();
        for (Map<String, String> row : Csv.rows(file())) {
            Syscall call = SyscallTable.linux().find(cell(row, "call")).orElseThrow(() -> unknown(row));
            OptionalInt number = call.number(architecture);
            if (number.isPresent()) {
                probes.add(probe(new Target.Row(call, number.getAsInt()), row));
            }
        }
        return probes;
    }

    private static Probe probe(Target target, Map<String, String> row) {
        String way = cell(row, "way");
        String layer = cell(row, "layer");
        return new Probe(
                target,
                cell(row, "case"),
                way.isEmpty() ? Way.CALL : Way.valueOf(way.toUpperCase(Locale.ROOT)),
                cell(row, "arguments"),
                answers(cell(row, "outside")),
                inside(cell(row, "inside")),
                layer.isEmpty() ? Optional.empty() : Optional.of(layer(layer)),
                cell(row, "why"));
    }

    /** Parses answers separated by bars; {@code -} stands for a call that is not made. */
    private static List<Answer> answers(String cell) {
        return cell.equals("-")
                ? List.of()
                : Stream.of(cell.split("\\|", -1)).map(Answer::new).toList();
    }

    /** Parses an answer, followed by {@code profile=answer} for each profile with a different one. */
    private static Inside inside(String cell) {
        Optional<Answer> always = Optional.empty();
        Map<Profile, Answer> byProfile = new EnumMap<>(Profile.class);
        for (String word : cell.isEmpty() ? List.<String>of() : List.of(cell.split(" ", -1))) {
            String[] sides = word.split("=", 2);
            if (sides.length == 2) {
                byProfile.put(Profile.parse(sides[0]), new Answer(sides[1]));
            } else {
                always = Optional.of(new Answer(word));
            }
        }
        return new Inside(always, byProfile);
    }

    private static Layer layer(String word) {
        return Arrays.stream(Layer.values())
                .filter(layer -> layer.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no layer is called " + word));
    }

    private static List<Probe> aboveTheTable(Architecture architecture) {
        int last = SyscallTable.linux().all().stream()
                .flatMapToInt(call -> call.number(architecture).stream())
                .max()
                .orElseThrow();
        return IntStream.of(last + 1, last + 2, 600, 1023, 9_999, 0xFFFF, 0x7FFF_FFFF, -1)
                .mapToObj(number -> unknown("number " + number, number, "", Way.CALL, List.of(Answer.ABSENT)))
                .toList();
    }

    /** Returns x32 calls. A kernel without x32 lacks them outside too. */
    private static List<Probe> asX32() {
        return SyscallTable.linux().all().stream()
                .filter(call ->
                        List.of("getpid", "read", "ptrace", "mount", "setns").contains(call.name()))
                .map(call -> unknown(
                        "x32 " + call.name(),
                        X32 | call.number(Architecture.X86_64).orElseThrow(),
                        call.letter().letter(),
                        Way.CALL,
                        call.name().equals("getpid") ? List.of(Answer.OK, Answer.ABSENT) : List.of()))
                .toList();
    }

    /** Returns every row of the proposal with its number and entry of that time. */
    private static List<Probe> asI386() {
        return SyscallTable.linux().seed().stream()
                .map(seed -> unknown(
                        i386Name(seed),
                        seed.i386Number(),
                        seed.letter(),
                        Way.I386,
                        seed.i386Number() == I386_GETPID ? List.of(Answer.OK) : List.of()))
                .toList();
    }

    static String i386Name(SeedSyscall seed) {
        return "i386 " + seed.name();
    }

    private static Probe unknown(String name, int number, String letter, Way way, List<Answer> outside) {
        return new Probe(
                new Target.Unknown(name, number, letter),
                "",
                way,
                "",
                outside,
                Inside.AS_OUTSIDE,
                Optional.empty(),
                outside.isEmpty() ? "Outside, the call would not have valid arguments" : "");
    }

    private static String file() throws IOException {
        try (InputStream stream = ProbeTable.class.getResourceAsStream("probes.csv")) {
            if (stream == null) {
                throw new IOException("probes.csv is not on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String cell(Map<String, String> row, String column) {
        return Optional.ofNullable(row.get(column))
                .orElseThrow(() -> new IllegalArgumentException("no column " + column));
    }

    private static IllegalArgumentException unknown(Map<String, String> row) {
        return new IllegalArgumentException("no call is named " + cell(row, "call"));
    }
}
