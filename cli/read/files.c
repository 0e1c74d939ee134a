#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common.h"
#include "paths.h"

static int add_file(file_list *list, const char *folder, const char *name)
{
    const size_t length = strlen(folder);
    const char *between = length > 0 && folder[length - 1] != '/' ? "/" : "";
    char **larger = realloc(list->files, (list->count + 1) * sizeof *larger);
    if (!larger)
        return report_out_of_memory();
    list->files = larger;
    const size_t size = length + strlen(name) + 2;
    char *path = malloc(size);
    if (!path)
        return report_out_of_memory();
    snprintf(path, size, "%s%s%s", folder, between, name);
    list->files[list->count++] = path;
    return EXIT_DONE;
}

/* Whether a file of a folder is read, by its name. */
static bool is_picture_name(const char *name, folder_content content)
{
    static const char *const endings[] = {"png", "jpg", "jpeg", "tif",  "tiff", "bmp", "pgm",
                                          "ppm", "pnm", "webp", "heic", "heif", "avif"};
    const char *dot = strrchr(name, '.');
    if (name[0] == '.' || !dot)
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (strcasecmp(dot + 1, endings[i]) == 0)
            return true;
    return content == PICTURES_AND_PDF && strcasecmp(dot + 1, "pdf") == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_folder(file_list *list, const char *folder, folder_content content)
{
    const size_t first = list->count;
    int code = EXIT_DONE;
    DIR *stream = opendir(folder);
    if (!stream)
        return report_error("%s: the folder cannot be read: %s", folder, strerror(errno));
    for (const struct dirent *entry; code == EXIT_DONE && (entry = readdir(stream));) {
        if (!is_picture_name(entry->d_name, content))
            continue;
        code = add_file(list, folder, entry->d_name);
        const char *path = code == EXIT_DONE ? list->files[list->count - 1] : NULL;
        if (!path || !is_special(path))
            continue;
        if (!is_folder(path))
            report_error("%s: skipped: not a regular file; to read it, name it on the command line", path);
        free(list->files[--list->count]);
    }
    closedir(stream);
    if (code == EXIT_DONE && list->count == first)
        return report_error(
            "%s: a folder without a picture: no name ends in .png, .jpg, .tif or another picture's ending", folder);
    qsort(list->files + first, list->count - first, sizeof *list->files, by_name);
    return code;
}

int list_files(file_list *list, char *const *arguments, size_t count, folder_content content)
{
    int code = EXIT_DONE;
    *list = (file_list){0};
    for (size_t i = 0; i < count; i++) {
        const int added =
            is_folder(arguments[i]) ? list_folder(list, arguments[i], content) : add_file(list, "", arguments[i]);
        code = added == EXIT_DONE ? code : added;
    }
    return code;
}

void free_files(file_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->files[i]);
    free(list->files);
    *list = (file_list){0};
}
