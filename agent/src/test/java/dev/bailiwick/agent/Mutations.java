package dev.bailiwick.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Valid input, mutated from a seed: bytes flipped, replaced, cut, doubled and recombined. Each module has a copy of this class, because a
 * module that is built without its tests cannot depend on another module's tests.
 */
public final class Mutations {

    /** The time during which {@link #tryOn} tries further inputs; without it, it tries a fixed number of inputs. */
    private static final Optional<Duration> PATIENCE =
            Optional.ofNullable(Long.getLong("bailiwick.fuzz.seconds")).map(Duration::ofSeconds);

    private static final int INPUTS = 2_000;

    /** Fixed, so that only a change of the code can break a run; {@code ./test --fuzz} sets another one. */
    private static final long SEED = Long.getLong("bailiwick.seed", 20021124);

    /** Characters that separate or begin parts of texts. */
    private static final byte[] SIGNS = "||||,,:;.-+=/&*\"'(){}[] \n\t0x9E".getBytes(StandardCharsets.US_ASCII);

    private Mutations() {}

    /**
     * Tries the parser on mutations for the time given in CONTRIBUTING.md.
     *
     * @param parser throws nothing, whatever the input, unless it has a defect
     * @throws AssertionError if the parser throws; names the seed that reproduces the failure
     */
    public static void tryOn(Object target, Consumer<byte[]> parser, byte[]... valid) {
        Random random = new Random(SEED);
        long begin = System.nanoTime();
        long inputs = 0;
        for (byte[] input : valid) {
            parser.accept(input);
        }
        while (goesOn(inputs, begin)) {
            byte[] input = mutated(valid[random.nextInt(valid.length)], random);
            try {
                parser.accept(input.clone());
            } catch (RuntimeException | AssertionError | StackOverflowError e) {
                throw new AssertionError(
                        target + " with -Dbailiwick.seed=" + SEED + ", input " + Arrays.toString(input), e);
            }
            inputs++;
        }
        System.out.printf("%s: %,d inputs, -Dbailiwick.seed=%d%n", target, inputs, SEED);
        assertThat(inputs).isPositive();
    }

    private static boolean goesOn(long inputs, long begin) {
        return PATIENCE.map(patience -> System.nanoTime() - begin < patience.toNanos())
                .orElse(inputs < INPUTS);
    }

    private static byte[] mutated(byte[] valid, Random random) {
        byte[] input =
                Arrays.copyOf(valid, random.nextInt(8) == 0 ? random.nextInt(2 * valid.length + 1) : valid.length);
        for (int changes = random.nextInt(6); changes >= 0 && input.length > 0; changes--) {
            int at = random.nextInt(input.length);
            switch (random.nextInt(5)) {
                case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> input[at] = (byte) random.nextInt(256);
                case 2 ->
                    Arrays.fill(input, at, Math.min(input.length, at + random.nextInt(9)), (byte)
                            (random.nextBoolean() ? 0xff : 0));
                case 3 -> input[at] = SIGNS[random.nextInt(SIGNS.length)];
                default -> {
                    int to = random.nextInt(input.length);
                    System.arraycopy(input, at, input, to, random.nextInt(input.length - Math.max(at, to) + 1));
                }
            }
        }
        return input;
    }
}
