package notes;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The notes of a kitchen: one file each, below the folder that the system property names. */
public class Notes extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Path folder = Path.of(System.getProperty("notes.folder"));
        response.setContentType("text/plain;charset=UTF-8");
        PrintWriter out = response.getWriter();
        try (Stream<Path> every = Files.list(folder)) {
            List<Path> sorted = every.sorted().toList();
            out.println(sorted.size() + " notes");
            for (Path note : sorted) {
                out.println(note.getFileName() + ": " + Files.readString(note).strip());
            }
        }
    }
}
