"""Examples and next steps, shown at the end of each help text."""

FIRST_STEPS = """Try:
  crrkit crr 70 90 30 --period month   the rate from three counts
  crrkit check orders.csv              what a file holds, and the command for its report
  crrkit explore orders.csv            the file with sliders, in a notebook
  crrkit lab                           the course, in JupyterLab
  crrkit app formula                   its first lesson, as a web app

crrkit COMMAND --help explains a command."""
CRR = """Example: 70 customers at the start, 90 at the end, 30 of them new.
  crrkit crr 70 90 30 --period month

Next: crrkit check FILE counts the customers in a list or a purchase log for you."""
CHECK = """Example:
  crrkit check orders.csv

Columns that you do not name are recognized by common names. Next: run the command in the last line of the output."""
REPORT = """Example:
  crrkit report orders.csv --kind orders --customer client_id --at ordered_at
    --amount total --every month --out report.html --notebook report.ipynb

Next: open the HTML file in a browser; it works offline. crrkit check FILE prints this command for your file."""
EXPLORE = """Example:
  crrkit explore orders.csv            a notebook beside the file, in JupyterLab
  crrkit explore orders.csv --app      a page in the browser, without code
  crrkit explore                       a page on which to choose a file

Columns that you do not name are recognized by common names, as in crrkit check. Next: move a slider. The last cell of \
the notebook writes a page to share, like crrkit report."""
LAB = """Example:
  crrkit lab my-course --lang ru

Notebooks that you have changed are never overwritten. Next: begin with notebook 1."""
APP = """Example:
  crrkit app formula --lang ru

crrkit app without a name lists the lessons. Next: crrkit lab opens the same notebooks with their code, to change it \
and to run it on your own data."""

LESSONS = """Next: crrkit lessons make --help, crrkit lessons grade --help."""
MAKE = """Example:
  crrkit lessons make --topic formula --students 30 --seed 7 --lang ru

Next: print sheets.pdf or hand out the notebooks; then run crrkit lessons grade FOLDER."""
GRADE = """Example:
  crrkit lessons grade sheets

Next: open grades.csv in a spreadsheet."""
