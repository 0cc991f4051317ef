package dev.bailiwick.agent.kernel.linux.guard;

import java.util.List;
import java.util.stream.Collectors;

/** Expressions and statements of libnftables-json(5). */
final class NftablesJson {

    static final String ACCEPT = "{\"accept\":null}";
    static final String DROP = "{\"drop\":null}";

    static final String COUNT = "{\"counter\":null}";
    static final String RETURN = "{\"return\":null}";
    static final String MASQUERADE = "{\"masquerade\":null}";

    private NftablesJson() {}

    static String equal(String left, String right) {
        return "{\"match\":{\"op\":\"==\",\"left\":%s,\"right\":%s}}".formatted(left, right);
    }

    static String differs(String left, String right) {
        return "{\"match\":{\"op\":\"!=\",\"left\":%s,\"right\":%s}}".formatted(left, right);
    }

    static String meta(String key) {
        return "{\"meta\":{\"key\":\"" + key + "\"}}";
    }

    static String payload(String protocol, String field) {
        return "{\"payload\":{\"protocol\":\"%s\",\"field\":\"%s\"}}".formatted(protocol, field);
    }

    static String set(List<?> elements) {
        return "{\"set\":[" + elements.stream().map(Object::toString).collect(Collectors.joining(",")) + "]}";
    }

    static String prefix(String address, int length) {
        return "{\"prefix\":{\"addr\":\"%s\",\"len\":%d}}".formatted(address, length);
    }

    static String jump(String chain) {
        return "{\"jump\":{\"target\":\"" + chain + "\"}}";
    }

    static String goTo(String chain) {
        return "{\"goto\":{\"target\":\"" + chain + "\"}}";
    }
}
