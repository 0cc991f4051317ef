package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.JailId;
import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The conversion of path variables to {@link JailId}. */
@Configuration(proxyBeanMethods = false)
class JailIdInPaths implements WebMvcConfigurer {

    @Override
    public void addFormatters(FormatterRegistry registry) {
        registry.addConverter(String.class, JailId.class, JailId::parse);
    }
}
