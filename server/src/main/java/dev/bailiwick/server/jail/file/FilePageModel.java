package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.file.failure.FileNotFound;
import dev.bailiwick.server.page.FieldErrors;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.ModelAndView;

/** What the pages of the files of a jail show. */
@Component
class FilePageModel {

    /** The entries of one page. */
    private static final int SHOWN = 500;

    /** The hidden directories with removed files that are looked into. */
    private static final int MAX_HOLDERS = 8;

    private static final int MAX_REMOVED = 10;

    private final JailFileWork files;
    private final Clock clock;

    FilePageModel(JailFileWork files, Clock clock) {
        this.files = files;
        this.clock = clock;
    }

    /** A directory above another, or that itself. */
    record Crumb(String name, String path) {}

    /**
     * What was typed into a form of a page.
     *
     * @param name of the form; empty if none was sent
     * @param text what was typed
     */
    record Typed(String name, String text, Map<String, List<String>> errors) {

        static final Typed NOTHING = new Typed("", "", Map.of());

        static Typed refused(String form, String text, String field, Failure failure) {
            return new Typed(form, text, FieldErrors.of(failure, field));
        }
    }

    /** @throws PathIds.NothingThere if it is no id */
    JailFileWork.NamedTree open(Caller caller, String id) {
        return files.openNamed(caller, new JailId(PathIds.uuid(id)));
    }

    /** Returns the page of a directory with the entries after a position, or with those below it whose names contain a text. */
    ModelAndView directory(
            JailFileWork.NamedTree jail, FilePath path, long after, String text, Typed typed, int status) {
        ModelAndView page = page("jails/files", jail, path, typed, status);
        page.addObject("text", text)
                .addObject("files", List.of())
                .addObject("removed", List.of())
                .addObject("beginning", after == 0);
        try {
            if (text.isEmpty()) {
                list(page, jail, path, after);
            } else {
                search(page, jail, path, text);
            }
        } catch (Failure failure) {
            fail(page, failure);
        }
        return page;
    }

    /** Returns a page about a path. */
    static ModelAndView page(String view, JailFileWork.NamedTree jail, FilePath path, Typed typed, int status) {
        ModelAndView page = new ModelAndView(view, HttpStatusCode.valueOf(status));
        page.addObject("jail", jail.tree().jail().toString())
                .addObject("jailName", jail.name())
                .addObject("path", path.text())
                .addObject("name", path.name())
                .addObject("parent", path.parent().text())
                .addObject("crumbs", crumbs(path))
                .addObject("typed", typed)
                .addObject("errors", typed.errors());
        return page;
    }

    private static List<Crumb> crumbs(FilePath path) {
        List<Crumb> crumbs = new ArrayList<>();
        for (FilePath above = path; !above.isRoot(); above = above.parent()) {
            crumbs.addFirst(new Crumb(above.name(), above.text()));
        }
        return crumbs;
    }

    private static void fail(ModelAndView page, Failure failure) {
        page.addObject("failure", failure.detail());
        if (HttpStatusCode.valueOf(200).equals(page.getStatus())) {
            page.setStatus(HttpStatusCode.valueOf(failure.type().status()));
        }
    }

    private void list(ModelAndView page, JailFileWork.NamedTree jail, FilePath path, long after) {
        FileResult.Entries part =
                files.ask(jail.tree(), new FileRequest.List(path, after, SHOWN), FileResult.Entries.class);
        Instant now = clock.instant();
        List<ShownFile> removed = new ArrayList<>();
        Set<String> opened = new HashSet<>();
        part.entries().stream()
                .filter(FilePageModel::isHolder)
                .limit(MAX_HOLDERS)
                .map(holder -> ShownFile.in(path, holder, now))
                .filter(holder -> !holder.path().isEmpty())
                .forEach(holder -> {
                    if (removed.addAll(removed(jail, FilePath.parse(holder.path()), now))) {
                        opened.add(holder.name());
                    }
                });
        page.addObject("removed", removed);
        page.addObject(
                "files",
                part.entries().stream()
                        .filter(entry -> !opened.contains(entry.name()))
                        .sorted(Comparator.comparing((FileEntry entry) -> entry.kind() != FileKind.DIRECTORY)
                                .thenComparing(FileEntry::name))
                        .map(entry -> ShownFile.in(path, entry, now))
                        .toList());
        part.next().ifPresent(next -> page.addObject("next", next));
    }

    private static boolean isHolder(FileEntry entry) {
        return entry.kind() == FileKind.DIRECTORY && RemovedFile.isHolder(entry.name());
    }

    private List<ShownFile> removed(JailFileWork.NamedTree jail, FilePath holder, Instant now) {
        try {
            return files
                    .ask(jail.tree(), new FileRequest.List(holder, 0, MAX_REMOVED), FileResult.Entries.class)
                    .entries()
                    .stream()
                    .map(entry -> ShownFile.in(holder, entry, now))
                    .filter(file -> !file.path().isEmpty())
                    .toList();
        } catch (FileNotFound gone) {
            return List.of();
        }
    }

    private void search(ModelAndView page, JailFileWork.NamedTree jail, FilePath path, String text) {
        FileResult.Matches found = files.ask(
                jail.tree(),
                FileFields.read("text", () -> new FileRequest.Search(path, text, SHOWN)),
                FileResult.Matches.class);
        Instant now = clock.instant();
        page.addObject(
                        "files",
                        found.matches().stream()
                                .map(match -> ShownFile.of(match.path(), match.entry(), now))
                                .toList())
                .addObject("incomplete", !found.isComplete());
    }

    /** Returns the page of what is at a path. */
    ModelAndView file(JailFileWork.NamedTree jail, FilePath path, Typed typed, int status) {
        ModelAndView page = page("jails/file", jail, path, typed, status);
        try {
            FileEntry entry = files.ask(jail.tree(), new FileRequest.Look(path), FileResult.Found.class)
                    .entry();
            page.addObject("file", ShownFile.of(path, entry, clock.instant()))
                    .addObject("editable", entry.kind() == FileKind.FILE && entry.size() <= FileText.MAX_BYTES)
                    .addObject("undone", RemovedFile.at(path).isPresent());
        } catch (Failure failure) {
            fail(page, failure);
        }
        return page;
    }
}
