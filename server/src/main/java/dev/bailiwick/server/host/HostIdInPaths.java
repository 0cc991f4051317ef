package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Lets controllers take a {@link HostId} from the path. */
@Configuration(proxyBeanMethods = false)
class HostIdInPaths implements WebMvcConfigurer {

    @Override
    public void addFormatters(FormatterRegistry registry) {
        registry.addConverter(String.class, HostId.class, HostId::parse);
    }
}
