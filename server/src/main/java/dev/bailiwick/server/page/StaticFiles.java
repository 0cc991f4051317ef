package dev.bailiwick.server.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.ResourceUrlProvider;
import org.springframework.web.servlet.resource.VersionResourceResolver;

/**
 * Lets browsers cache static files for ever. The addresses of styles, scripts, fonts and icons contain the hash of their content
 * ({@code spring.web.resources.chain} in application.yml), those of other projects' files their version; so the content of an
 * address never changes. The modules of the console import each other by relative addresses, so they share one version: the hash of
 * all of them.
 */
@Component
class StaticFiles implements WebMvcConfigurer, HandlerInterceptor, SmartLifecycle {

    /** The name of the request attribute and template variable with the address of the icons; parts of a stream have no request. */
    static final String ICONS = "icons";

    private static final Pattern VERSIONED =
            Pattern.compile("-[0-9a-f]{32}\\.[a-z0-9]+$|^/webjars/[^/]+/[0-9][^/]*/|^/js/console/[0-9a-f]{32}/");

    private static final String MODULES = "/js/console/";

    /** RFC 9111 and RFC 8246; a year, in seconds. */
    private static final String FOR_EVER = "max-age=31536000, public, immutable";

    private static final int VERSION_BYTES = 16;

    private final ObjectProvider<ResourceUrlProvider> addresses;
    private final ApplicationContext context;
    private volatile boolean running;

    StaticFiles(ObjectProvider<ResourceUrlProvider> addresses, ApplicationContext context) {
        this.addresses = addresses;
        this.context = context;
    }

    /** Starts before the web server: Spring itself computes the addresses once everything runs, after the first requests. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public void start() {
        // Without a web server there are no static files.
        addresses.ifAvailable(provider -> provider.onApplicationEvent(new ContextRefreshedEvent(context)));
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        String location = "classpath:/static" + MODULES;
        registry.addResourceHandler(MODULES + "**")
                .addResourceLocations(location)
                .resourceChain(true)
                .addResolver(new VersionResourceResolver().addFixedVersionStrategy(hash(location), "/**"));
    }

    private String hash(String location) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Resource[] files = context.getResources(location + "*");
            Arrays.sort(files, Comparator.comparing(file -> String.valueOf(file.getFilename())));
            for (Resource file : files) {
                digest.update(String.valueOf(file.getFilename()).getBytes(StandardCharsets.UTF_8));
                digest.update(file.getContentAsByteArray());
            }
            return HexFormat.of().formatHex(digest.digest(), 0, VERSION_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException("The modules in " + location + " cannot be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).excludePathPatterns("/api/**");
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        request.setAttribute(ICONS, icons());
        if (VERSIONED.matcher(request.getRequestURI()).find()) {
            response.setHeader(HttpHeaders.CACHE_CONTROL, FOR_EVER);
        }
        return true;
    }

    private String icons() {
        String address = addresses.getObject().getForLookupPath("/icons.svg");
        if (address == null) {
            throw new IllegalStateException("icons.svg is not among the static files");
        }
        return address;
    }
}
