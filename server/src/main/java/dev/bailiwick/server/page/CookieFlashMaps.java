package dev.bailiwick.server.page;

import dev.bailiwick.server.secret.SealingKey;
import dev.bailiwick.server.secret.SecretUnusable;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.FlashMap;
import org.springframework.web.servlet.support.AbstractFlashMapManager;
import org.springframework.web.util.WebUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps the texts for the page after a redirect in a sealed cookie. A session would keep them in the database, where a token that
 * is shown once must not be stored, and would grow with each redirect that no browser follows.
 */
@Component(DispatcherServlet.FLASH_MAP_MANAGER_BEAN_NAME)
class CookieFlashMaps extends AbstractFlashMapManager {

    private static final String COOKIE = "__Host-flash";
    private static final String PURPOSE = "flash cookie";
    private static final Duration KEPT = Duration.ofMinutes(3);

    /** The maximum length of a text: a cookie may have 4,096 bytes. */
    private static final int MAX_LENGTH = 1_000;

    private final SealingKey key;
    private final JsonMapper json;

    CookieFlashMaps(SealingKey key, JsonMapper json) {
        this.key = key;
        this.json = json;
    }

    /** @param expires milliseconds since 1970 */
    private record StoredFlashMap(String path, long expires, Map<String, String> texts) {}

    @Override
    protected @Nullable List<FlashMap> retrieveFlashMaps(HttpServletRequest request) {
        Cookie cookie = WebUtils.getCookie(request, COOKIE);
        if (cookie == null || cookie.getValue().isEmpty()) {
            return null;
        }
        List<FlashMap> maps = new ArrayList<>();
        try {
            byte[] sealed = Base64.getUrlDecoder().decode(cookie.getValue());
            maps.add(map(json.readValue(key.open(sealed, PURPOSE), StoredFlashMap.class)));
        } catch (IllegalArgumentException | SecretUnusable notOurs) {
            return null;
        }
        return maps;
    }

    /** Sends the latest texts: a browser follows a redirect before its next request. */
    @Override
    protected void updateFlashMaps(List<FlashMap> maps, HttpServletRequest request, HttpServletResponse response) {
        String value = maps.isEmpty() ? "" : seal(maps.getLast());
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(COOKIE, value)
                        .path("/")
                        .secure(true)
                        .httpOnly(true)
                        .sameSite("Lax")
                        .maxAge(maps.isEmpty() ? Duration.ZERO : KEPT)
                        .build()
                        .toString());
    }

    private static FlashMap map(StoredFlashMap kept) {
        FlashMap map = new FlashMap();
        map.setTargetRequestPath(kept.path());
        map.setExpirationTime(kept.expires());
        map.putAll(kept.texts());
        return map;
    }

    private String seal(FlashMap map) {
        Map<String, String> texts = new java.util.LinkedHashMap<>();
        map.forEach((name, text) -> texts.put(name, cut(String.valueOf(text))));
        String path = map.getTargetRequestPath() == null ? "" : map.getTargetRequestPath();
        byte[] plain = json.writeValueAsBytes(new StoredFlashMap(path, map.getExpirationTime(), texts));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.seal(plain, PURPOSE));
    }

    private static String cut(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
    }
}
