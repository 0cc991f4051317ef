package dev.bailiwick.jail.firewall;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/** Who begins a connection. */
public enum Direction {
    /** Another begins it, to the jail. */
    IN,
    /** The jail. */
    OUT;

    /** @throws InvalidValue if there is no such direction */
    public static Direction parse(String text) {
        for (Direction direction : values()) {
            if (direction.toString().equals(text)) {
                return direction;
            }
        }
        throw new InvalidValue("must be in or out");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
